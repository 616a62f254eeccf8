using Strata.Cli.Interrupts;
using Strata.Cli.Output;
using Strata.Core.Diagnostics;
using Strata.Execution.Planning;

namespace Strata.Cli.Image;

/// <summary>Long work of an image command: progress on stderr, and Ctrl-C.</summary>
internal static class ImageWork
{
    /// <summary>The first Ctrl-C cancels: what was begun is taken away; the second ends the process at once.</summary>
    public static Task<int> RunAsync(Func<IProgress<string>, CancellationToken, Task<int>> work) =>
        RunAsync((progress, _, cancellationToken) => work(progress, cancellationToken));

    /// <summary>The same, of work that says what the second Ctrl-C shall still do.</summary>
    public static async Task<int> RunAsync(Func<IProgress<string>, LastWork, CancellationToken, Task<int>> work)
    {
        var progress = new Lines();
        var last = new LastWork();
        using var interrupts = new Interrupts.Interrupts(() => progress.Report("stopping … (once more ends it at once)"), last.RunAsync);
        try
        {
            return await work(progress, last, interrupts.Token).ConfigureAwait(false);
        }
        catch (ImageFailedException e)
        {
            DiagnosticOutput.Print(e.Diagnostics, Terminal.Detect());
            return ExitCode.Failed;
        }
    }

    /// <exception cref="UserErrorException">The name means nothing that can be used.</exception>
    public static NamedImage Find(ImagePlace place, string name) => Find(place, [name])[0];

    /// <summary>In that order.</summary>
    /// <exception cref="UserErrorException">Names that mean nothing that can be used.</exception>
    public static IReadOnlyList<NamedImage> Find(ImagePlace place, IReadOnlyList<string> names)
    {
        var (images, problems) = WorkflowImages.Find(place.Request, names);
        return images.Count == names.Count ? images : throw new UserErrorException(problems);
    }

    private sealed class Lines : IProgress<string>
    {
        private readonly Lock _lock = new(); // one line at a time

        public void Report(string value)
        {
            lock (_lock)
            {
                Console.Error.WriteLine(value);
            }
        }
    }
}
