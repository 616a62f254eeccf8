using Strata.Images;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Run;

/// <summary>
/// What every run needs and takes its time to load (the thread pool, the YAML library, the parser, JSON) is loaded on another core while the command line is
/// read: 20 of 200 ms. Whatever goes wrong here is met again where it matters.
/// </summary>
internal static class Preload
{
    public static void Start() => new Thread(static () => Task.Run(Load)) { IsBackground = true }.Start(); // a task: what it throws ends with it, not with the process

    private static void Load()
    {
        WorkflowParser.Parse("", "env: { A: '${{ 1 }}' }\njobs: { a: { runs-on: a, steps: [{ run: a }] } }"u8.ToArray());
        ImageResolver.Preload();
    }
}
