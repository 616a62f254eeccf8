using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Images;
using Strata.Workflows.Locking;

namespace Strata.Cli.Image;

/// <summary>Asks what references mean now. One that cannot be asked leaves the lock file as it is.</summary>
internal sealed class ImageUpdate(ImagePlace place, ImageResolver resolver, IProgress<string> progress)
{
    private const int AskedAtOnceMax = 8;

    /// <param name="names">Definitions, jobs or references; empty: all, and pins of what the workflow does not name any more go.</param>
    /// <param name="makes">False: suites are not made to see what they give now; one that moved gets no packages.</param>
    public async Task<ImageLock> RunAsync(IReadOnlyList<string> names, bool makes, CancellationToken cancellationToken)
    {
        var before = place.Request!.Lock;
        var all = WorkflowImages.Pinnable(place.Request);
        var chosen = names.Count == 0 ? all : [.. names.SelectMany(name => Named(all, name)).Distinct()];
        var pins = names.Count == 0 ? [] : before.Images.ToDictionary(StringComparer.Ordinal);
        var asked = new (string Reference, LockedImage? Pin)[chosen.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, chosen.Count), new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnceMax, CancellationToken = cancellationToken },
            async (i, stop) => asked[i] = (chosen[i].Reference, await AskAsync(chosen[i], before, makes, stop).ConfigureAwait(false))).ConfigureAwait(false);
        foreach (var (reference, pin) in asked)
        {
            if (pin is not null)
            {
                pins[reference] = pin;
            }
            else
            {
                pins.Remove(reference);
            }
        }

        return new(pins);
    }

    private async Task<LockedImage?> AskAsync(PinnableReference reference, ImageLock before, bool makes, CancellationToken cancellationToken)
    {
        LockedImage? pin = null;
        foreach (var image in reference.Images)
        {
            if (!makes && image is BaseImage.Debootstrap suite)
            {
                if (before.Images.TryGetValue(reference.Reference, out var old)
                    && await resolver.IsCurrentAsync(suite, new(old.Digest, old.Packages), progress, cancellationToken).ConfigureAwait(false))
                {
                    pin = old;
                    continue;
                }

                return null; // moved, or never pinned
            }

            if (await resolver.PinAsync(image, place.Identity, progress, cancellationToken).ConfigureAwait(false) is { } asked)
            {
                pin = new(asked.Digest, asked.Resolved, [.. (pin?.Packages ?? []).Concat(asked.Packages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], null);
            }
        }

        if (pin is null)
        {
            progress.Report($"{reference.Reference}: imported on this host, so it is not pinned");
        }

        return pin;
    }

    private static List<PinnableReference> Named(IReadOnlyList<PinnableReference> all, string name)
    {
        var found = all.Where(reference => reference.Reference == name || reference.Names.Contains(name, StringComparer.Ordinal)).ToList();
        return found.Count > 0 ? found : throw new UserErrorException(CliDiagnostics.NotInWorkflow(name, all.SelectMany(r => r.Names.Append(r.Reference)).Distinct(StringComparer.Ordinal)));
    }
}
