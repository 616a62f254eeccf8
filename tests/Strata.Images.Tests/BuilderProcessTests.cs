using Strata.Images.BaseSystems;

namespace Strata.Images.Tests;

public sealed class BuilderProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_ends_it_while_its_output_is_waited_for_and_is_no_failure_of_it(bool readerKnows)
    {
        using var cancel = new CancellationTokenSource();
        using var builder = new BuilderProcess(["sh", "-c", "sleep 600; echo never"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, static _ => { });
        await builder.StartAsync(cancel.Token);
        try
        {
            await using var output = new BuilderOutput(builder, static () => new InvalidOperationException("The builder failed."));
            var read = output.ReadAsync(new byte[1], readerKnows ? cancel.Token : CancellationToken.None).AsTask();

            await cancel.CancelAsync();

            await Should.ThrowAsync<OperationCanceledException>(() => read.WaitAsync(Patience));
            (await builder.Ended.WaitAsync(Patience)).ShouldNotBe(0);
        }
        finally
        {
            await builder.KillAsync();
        }
    }

    [Fact]
    public async Task A_failure_of_its_own_is_explained()
    {
        using var builder = new BuilderProcess(["sh", "-c", "exit 3"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, static _ => { });
        await builder.StartAsync(CancellationToken.None);
        await using var output = new BuilderOutput(builder, static () => new InvalidOperationException("The builder failed."));

        await Should.ThrowAsync<InvalidOperationException>(() => output.CopyToAsync(Stream.Null));
    }
}
