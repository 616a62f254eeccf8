using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Parsing;
using Strata.Workflows.Tests.Conversion;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Fuzzing;

/// <summary>Changed workflows give a workflow or diagnostics: no exception, bounded work, bounded output.</summary>
public sealed class WorkflowFuzzTests
{
    private const int ProblemsMax = 251; // Problems.CountMax and the word that there are more
    private const int MessageLengthMax = 4_000;
    private const long AllocatedBytesMax = 64L << 20; // of texts of at most 20,000 characters; usual are one or two MiB

    private static readonly int Rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 200_000 : 2_000;

    private static readonly string[] Seeds = [.. RealisticWorkflows.All.Values, .. GitHubWorkflows.All.Values, .. Enumerable.Range(0, 40).Select(seed => new RandomWorkflow(seed).Write())];

    private static readonly string[] Words =
    [
        ":", ": ", "- ", "\n", "\r\n", "\n  ", "\n    ", "[", "]", "{", "}", "[]", "{}", ",", "#", " # ", "&a ", "*a", "!t ", "|", ">", "|-\n", "'", "\"", "\\", "\\u00", "%", "---\n", "...\n", "<<: ",
        "? ", "${{", "}}", "${{ matrix.os }}", "${{ fromJSON(", "\t", "\0", "\u0085", "\u2028", "\uFEFF", "ä", "😀", "~", "null", "true", "1e999", "0x", ".nan", "@", "`",
        "jobs", "steps", "run", "uses", "with", "on", "needs", "if", "env", "matrix", "include", "exclude", "strategy", "container", "services", "runs-on", "ubuntu-latest", "image", "images", "from",
        "packages", "caches", "key", "paths", "artifacts", "artifacts-from", "permissions", "concurrency", "defaults", "outputs", "wait", "background", "schedule", "cron", "'* * * * *'",
        "actions/setup-node@v4", "actions/checkout@v4", "actions/cache@v4", "actions/upload-artifact@v4", "./local", "docker://x",
    ];

    [Fact]
    public void Changed_bytes_are_answered()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var mutation = new Mutation(round, Words);
            IsAnswered(mutation.OfBytes(mutation.Pick(Seeds)), round);
        }
    }

    [Fact]
    public void Changed_tokens_are_answered()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var mutation = new Mutation(round, Words);
            IsAnswered(Encoding.UTF8.GetBytes(mutation.OfTokens(mutation.Pick(Seeds))), round);
        }
    }

    private static void IsAnswered(byte[] text, int round)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var (workflow, problems) = WorkflowParser.Parse("f", text);
            Check(workflow is null, problems);
            if (round % 4 == 0)
            {
                var (action, actionProblems) = WorkflowParser.ParseAction("f", text);
                Check(action is null, actionProblems);
                CheckConversion(text, workflow is not null);
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"round {round}: {e.Message}\n{Encoding.UTF8.GetString(text)}", e);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(AllocatedBytesMax, $"round {round}\n{Encoding.UTF8.GetString(text)}");
    }

    private static void Check(bool isRefused, IReadOnlyList<Diagnostic> problems)
    {
        problems.Any(problem => problem.Severity == Severity.Error).ShouldBe(isRefused);
        problems.Count.ShouldBeLessThanOrEqualTo(ProblemsMax);
        foreach (var problem in problems)
        {
            (problem.At is { Line: >= 1, Column: >= 1 }).ShouldBeTrue(problem.ToString());
            (problem.Message.Length + (problem.Help?.Length ?? 0)).ShouldBeLessThan(MessageLengthMax, problem.Code);
        }
    }

    private static void CheckConversion(byte[] text, bool isValid)
    {
        var (yaml, byHand) = WorkflowConversion.Convert("f", text);
        yaml.Length.ShouldBeLessThan((2 * text.Length) + 20_000);
        byHand.Count.ShouldBeLessThan(4 * ProblemsMax);
        if (isValid)
        {
            byHand.ShouldNotContain(note => note.Severity == Severity.Error);
            JobSummary.Of(yaml).ShouldBe(JobSummary.Of(Encoding.UTF8.GetString(text)));
        }
    }
}
