using Strata.Core.Diagnostics;
using Strata.Execution.Planning;

namespace Strata.Cli.Image;

/// <summary>Long work of an image command: progress on stderr, and Ctrl-C.</summary>
internal static class ImageWork
{
    /// <summary>The first Ctrl-C cancels: what was begun is taken away; the second ends the process at once.</summary>
    public static async Task<int> RunAsync(Func<IProgress<string>, CancellationToken, Task<int>> work)
    {
        var progress = new Lines();
        using var interrupts = new Interrupts.Interrupts(() => progress.Report("stopping … (once more ends it at once)"));
        return await work(progress, interrupts.Token).ConfigureAwait(false);
    }

    /// <exception cref="UserErrorException">The name means nothing that can be used.</exception>
    public static NamedImage Find(ImagePlace place, string name)
    {
        var (image, problems) = WorkflowImages.Find(place.Request, name);
        return image ?? throw new UserErrorException(problems);
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
