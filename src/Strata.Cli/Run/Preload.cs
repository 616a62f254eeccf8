using Strata.Core;
using Strata.Execution.Reporting;
using Strata.Images;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Run;

/// <summary>
/// What every run needs and takes its time to load (the YAML library, the parser, the hash function, JSON) is loaded on another core while the command line is
/// read: 20 of 200 ms. Whatever goes wrong here is met again where it matters.
/// </summary>
internal static class Preload
{
    public static void Start() => _ = Task.Run(Load); // a task: what it throws ends with it, not with the process

    private static void Load()
    {
        WorkflowParser.Parse("", "env: { A: '${{ 1 }}' }\njobs: { a: { runs-on: a, steps: [{ run: a }] } }"u8.ToArray());
        _ = Digest.Of([]);
        ImageResolver.Preload();
        _ = ReportWriter.ToJson(new InvalidReport([]));
    }
}
