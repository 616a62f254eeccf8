using Strata.Workflows.Parsing;

namespace Strata.Cli;

/// <summary>
/// What every run and every build of images needs and takes its time to load (the YAML library, the parser, the thread pool) is loaded on another core while
/// the command line is read: 20 of 200 ms. Whatever goes wrong here is met again where it matters.
/// </summary>
internal static class Preload
{
    public static void Start() => new Thread(Load) { IsBackground = true }.Start(); // its own: the pool takes milliseconds to begin, and is the last thing to be loaded

    private static void Load()
    {
        try
        {
            WorkflowParser.Parse("", "env: { A: '${{ 1 }}' }\njobs: { a: { runs-on: a, steps: [{ run: a }] } }"u8.ToArray());
            ThreadPool.UnsafeQueueUserWorkItem(static _ => { }, null);
            _ = Console.Error; // what a start writes to
        }
#pragma warning disable CA1031 // what is wrong is wrong where it matters, too, and told there
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
