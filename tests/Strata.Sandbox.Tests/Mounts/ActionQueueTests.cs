using Strata.Sandbox.Mounts;

namespace Strata.Sandbox.Tests.Mounts;

public sealed class ActionQueueTests
{
    [Fact]
    public async Task Actions_come_in_order_and_who_adds_waits_for_room()
    {
        var queue = new ActionQueue(lengthMax: 2);
        var added = 0;
        var adding = Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                queue.Add(() => { });
                Volatile.Write(ref added, i + 1);
            }

            queue.Add(null);
        });

        var taken = 0;
        while (queue.Take() is { })
        {
            taken++;
            Volatile.Read(ref added).ShouldBeLessThanOrEqualTo(taken + 2);
        }

        await adding;
        taken.ShouldBe(100);
    }
}
