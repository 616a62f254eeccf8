using Strata.Cli.Interrupts;
using Strata.Cli.Output;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Planning;
using Strata.Images;

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

    /// <summary>A name that is nearly that of a definition here, and is taken as a reference: its registry is about to be asked, which may take long.</summary>
    /// <returns>Null: it is no such name.</returns>
    internal static string? Doubt(NamedImage image, IEnumerable<string> definitions) =>
        image is { IsDefinition: false, Base: BaseImage.Oci } && Suggestion.Nearest(image.Name, definitions) is { } nearest
            ? $"{image.Name}: no image of the workflow here, so it is taken as one of a registry. Did you mean '{nearest}'?"
            : null;

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
