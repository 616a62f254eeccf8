using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Images.Pruning;
using Strata.Layers.Store;

namespace Strata.Images.Tests.Pruning;

public sealed class PrunePolicyTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly StorePressure Roomy = new(100, 1000, 900, 1000);

    [Fact]
    public void Without_pressure_nothing_goes_and_the_reason_is_said()
    {
        var decisions = PrunePolicy.Decide([Item("a", 40, 10)], new(), Roomy, Now);

        decisions.Single().Goes.ShouldBeFalse();
        decisions.Single().Reason.ShouldContain("space enough");
    }

    [Fact]
    public void Under_pressure_the_longest_unused_go_first_and_no_more_than_needed()
    {
        var decisions = PrunePolicy.Decide([Item("new", 60, 1), Item("old", 60, 20), Item("middle", 60, 10)], new() { KeepBytes = 80 }, new(180, 1000, 900, 1000), Now);

        decisions.Where(d => d.Goes).Select(d => d.Item.Name).ShouldBe(["old", "middle"]);
        decisions[^1].Reason.ShouldBe("what goes before it is enough");
    }

    [Fact]
    public void A_full_disk_is_pressure_too()
    {
        var decisions = PrunePolicy.Decide([Item("a", 60, 1)], new() { MinFreePercent = 15 }, new(100, 1000, 100, 1000), Now);

        decisions.Single().Goes.ShouldBeTrue();
        decisions.Single().Reason.ShouldContain("15 % of the disk");
    }

    [Fact]
    public void What_is_used_or_too_young_stays_even_if_all_unused_shall_go()
    {
        var request = new PruneRequest { AllUnused = true, OlderThan = TimeSpan.FromDays(7) };
        var decisions = PrunePolicy.Decide([Item("used", 1, 30) with { UsedBy = "the definition x" }, Item("young", 1, 6), Item("old", 1, 8)], request, Roomy, Now);

        decisions.Where(d => d.Goes).Select(d => d.Item.Name).ShouldBe(["old"]);
        decisions.Single(d => d.Item.Name == "used").Reason.ShouldBe("used by the definition x");
    }

    [Fact]
    public void Never_what_is_used_always_in_the_order_of_use_and_just_enough()
    {
        var items =
            from size in Gen.Choose(1, 100)
            from days in Gen.Choose(0, 50)
            from isUsed in Gen.Elements(true, false)
            select (Size: size, Days: days, IsUsed: isUsed);
        var inputs =
            from list in items.ListOf()
            from keep in Gen.Choose(0, 2000)
            select (list, keep);
        Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(inputs), input =>
        {
            var (made, keep) = input;
            var all = made.Select((m, i) => Item($"{i}", m.Size, m.Days) with { UsedBy = m.IsUsed ? "a job" : null }).ToList();
            var total = all.Sum(item => item.SizeBytes);
            var decisions = PrunePolicy.Decide(all, new() { KeepBytes = keep }, new(total, 0, 1000, 1000), Now);
            var gone = decisions.Where(d => d.Goes).Select(d => d.Item).ToList();
            return decisions.Count == all.Count
                && gone.TrueForAll(item => item.UsedBy is null)
                && gone.SequenceEqual(gone.OrderBy(item => item.LastUsed))
                && (gone.Count == 0 || total - gone.SkipLast(1).Sum(item => item.SizeBytes) > keep)
                && (total - gone.Sum(item => item.SizeBytes) <= keep || all.TrueForAll(item => item.UsedBy is not null || gone.Contains(item)));
        }));
    }

    [Fact]
    public void A_layer_that_several_name_is_free_when_the_last_of_them_goes()
    {
        var (shared, own) = (Layer("shared"), Layer("own"));
        PruneItem[] items =
        [
            Item("a", 60, 30) with { Layers = [(shared, 60)] }, Item("b", 60, 20) with { Layers = [(shared, 60)] }, Item("c", 40, 10) with { Layers = [(own, 40)] },
            Item("d", 40, 5) with { Layers = [(Layer("young"), 40)] },
        ];

        Gone(items).ShouldBe(["a", "b"]);
        Gone([.. items, Item("used", 60, 1) with { UsedBy = "a job", Layers = [(shared, 60)] }]).ShouldBe(["a", "b", "c", "d"]); // both others free nothing

        static string[] Gone(PruneItem[] items) =>
            [.. PrunePolicy.Decide(items, new() { KeepBytes = 80 }, new(140, 1000, 900, 1000), Now).Where(d => d.Goes).Select(d => d.Item.Name)];
        static LayerName Layer(string name) => new(LayerOrg.Public, Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)));
    }

    private static PruneItem Item(string name, long size, int daysUnused) => new(PruneKind.BuiltLayer, name, Now.AddDays(-daysUnused), size, null);
}
