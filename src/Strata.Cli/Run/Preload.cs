using Strata.Execution.Running;
using Strata.Images;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Run;

/// <summary>
/// What every run needs and takes its time to load (the thread pool, the YAML library, the parser, JSON, the way to the first job) is loaded on another core
/// while the command line is read: 30 of 200 ms. Whatever goes wrong here is met again where it matters.
/// </summary>
internal static class Preload
{
    public static void Start() => new Thread(static () => Task.Run(LoadAsync)) { IsBackground = true }.Start(); // a task: what it throws ends with it, not with the process

    private static async Task LoadAsync()
    {
        var (workflow, _) = WorkflowParser.Parse("", "env: { A: '${{ 1 }}' }\njobs: { a: { image: a, steps: [{ run: a }] } }"u8.ToArray());
        await RunPreload.LoadAsync(workflow!).ConfigureAwait(false);
        ImageResolver.Preload();
    }
}
