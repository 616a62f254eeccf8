using System.Text;
using Strata.Core.Text;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Execution.Tests.Fakes;

namespace Strata.Execution.Tests.Logs;

public sealed class StepLogTests
{
    private static async Task<IReadOnlyList<string>> LogAsync(SecretMasker masker, byte[] bytes, int chunk)
    {
        var observer = new RecordingObserver();
        await using (var pump = new EventPump(observer))
        await using (var log = new StepLog(new("r", "j", 0), masker, pump, null, TimeProvider.System))
        {
            for (var i = 0; i < bytes.Length; i += chunk)
            {
                await log.WriteAsync(bytes.AsMemory(i, Math.Min(chunk, bytes.Length - i)), default);
            }

            await log.EndOutputAsync();
        }

        return observer.Output;
    }

    [Fact]
    public async Task A_secret_across_the_border_of_a_split_line_is_masked()
    {
        var masker = new SecretMasker();
        masker.Add("secret-across-the-border");
        var line = new string('x', LineSplitter.LineLengthMax - 10) + "secret-across-the-border" + new string('y', 100);
        foreach (var chunk in (int[])[1000, 4096, 1 << 20])
        {
            string.Concat(await LogAsync(masker, Encoding.UTF8.GetBytes(line + "\n"), chunk))
                .ShouldBe(new string('x', LineSplitter.LineLengthMax - 10) + "***" + new string('y', 100));
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_replaced() =>
        (await LogAsync(new(), [(byte)'a', 0xff, (byte)'b', (byte)'\n'], 1)).ShouldBe(["a\uFFFDb"]);

    [Theory]
    [InlineData("bash: line 1: frob: command not found", "frob")]
    [InlineData("/run/strata/x.sh: 3: frob: not found", "frob")]
    [InlineData("sh: frob: not found", "frob")]
    [InlineData("the page was: not found", null)]
    [InlineData("404: page is missing", null)]
    public void Missing_programs_are_seen(string line, string? program)
    {
        var hints = new OutputHints();
        hints.See(line);
        if (program is null)
        {
            (hints.MissingProgram is null or "was").ShouldBeTrue();
        }
        else
        {
            hints.MissingProgram.ShouldBe(program);
        }
    }

    [Fact]
    public async Task An_observer_that_throws_does_not_stop_the_flow()
    {
        var observer = new RecordingObserver { Then = _ => throw new IOException("pipe closed") };
        var pump = new EventPump(observer);
        await using var log = new StepLog(new("r", "j", 0), new(), pump, null, TimeProvider.System);
        for (var i = 0; i < 5000; i++)
        {
            await log.SayAsync(LogKind.Output, "x");
        }

        (await Should.ThrowAsync<InvalidOperationException>(async () => await pump.DisposeAsync())).InnerException.ShouldBeOfType<IOException>();
        observer.Events.Count.ShouldBe(1);
    }
}
