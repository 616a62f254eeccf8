using System.Security.Cryptography;
using Strata.Images;
using Strata.Workflows.Parsing;

namespace Strata.Cli;

/// <summary>
/// What every run and every build of images needs and takes its time to load (the thread pool, the YAML library, the parser, JSON) is loaded on another core while
/// the command line is read: 20 of 200 ms. Whatever goes wrong here is met again where it matters.
/// </summary>
internal static class Preload
{
    /// <param name="hashes">The platform's too: a build of images looks at files, a run of one job mostly not.</param>
    public static void Start(bool hashes) => new Thread(() => Task.Run(() => Load(hashes))) { IsBackground = true }.Start(); // a task: what it throws ends with it, not with the process

    private static void Load(bool hashes)
    {
        WorkflowParser.Parse("", "env: { A: '${{ 1 }}' }\njobs: { a: { runs-on: a, steps: [{ run: a }] } }"u8.ToArray());
        if (hashes)
        {
            SHA256.HashData([]);
        }

        ImageResolver.Preload();
        _ = Console.Error; // what a start writes to
    }
}
