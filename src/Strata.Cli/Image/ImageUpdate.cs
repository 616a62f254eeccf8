using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Images;
using Strata.Workflows.Locking;

namespace Strata.Cli.Image;

/// <summary>Asks what references mean now. One that cannot be asked leaves the lock file as it is.</summary>
internal sealed class ImageUpdate(ImagePlace place, ImageResolver resolver, IProgress<string> progress)
{
    private const int AskedAtOnceMax = 8;

    /// <param name="names">Definitions, jobs or references; empty: all, and pins that no workflow here uses any more go.</param>
    /// <param name="makes">False: suites are not made to see what they give now.</param>
    /// <returns>The pins, and references that are known to be outdated but not what they are now.</returns>
    public async Task<(ImageLock Lock, IReadOnlySet<string> Outdated)> RunAsync(IReadOnlyList<string> names, bool makes, CancellationToken cancellationToken)
    {
        var before = place.Request!.Lock;
        var all = WorkflowImages.Pinnable(place.Request);
        var chosen = names.Count == 0 ? all : [.. names.SelectMany(name => Named(all, name)).Distinct()];
        var kept = names.Count == 0 ? WorkflowsBeside.References(place) : null;
        var pins = before.Images.Where(pin => kept is null || kept.Contains(pin.Key)).ToDictionary(StringComparer.Ordinal);
        var asked = new (LockedImage? Pin, bool IsOutdated)[chosen.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, chosen.Count), new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnceMax, CancellationToken = cancellationToken },
            async (i, stop) => asked[i] = await AskAsync(chosen[i], before, makes, stop).ConfigureAwait(false)).ConfigureAwait(false);
        var outdated = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < chosen.Count; i++)
        {
            var (pin, isOutdated) = asked[i];
            if ((pin ?? before.Images.GetValueOrDefault(chosen[i].Reference)) is { } held)
            {
                pins[chosen[i].Reference] = held;
            }

            if (isOutdated)
            {
                outdated.Add(chosen[i].Reference);
            }
        }

        return (new(pins), outdated);
    }

    /// <returns>No pin: as it was.</returns>
    private async Task<(LockedImage? Pin, bool IsOutdated)> AskAsync(PinnableReference reference, ImageLock before, bool makes, CancellationToken cancellationToken)
    {
        if (!makes && reference.Images[0] is BaseImage.Debootstrap)
        {
            return (null, !await IsCurrentAsync(reference, before, cancellationToken).ConfigureAwait(false));
        }

        LockedImage? pin = null;
        foreach (var image in reference.Images)
        {
            if (await resolver.PinAsync(image, place.Identity, progress, cancellationToken).ConfigureAwait(false) is { } asked)
            {
                pin = new(asked.Digest, asked.Resolved, [.. (pin?.Packages ?? []).Concat(asked.Packages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], null);
            }
        }

        if (pin is null)
        {
            progress.Report($"{reference.Reference}: imported on this host, so it is not asked for");
        }

        return (pin, false);
    }

    private async Task<bool> IsCurrentAsync(PinnableReference reference, ImageLock before, CancellationToken cancellationToken)
    {
        if (!before.Images.TryGetValue(reference.Reference, out var pin))
        {
            return false;
        }

        foreach (var suite in reference.Images.Cast<BaseImage.Debootstrap>())
        {
            if (!await resolver.IsCurrentAsync(suite, new(pin.Digest, pin.Packages), progress, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private static List<PinnableReference> Named(IReadOnlyList<PinnableReference> all, string name)
    {
        var found = all.Where(reference => reference.Reference == name || reference.Names.Contains(name, StringComparer.Ordinal)).ToList();
        return found.Count > 0 ? found : throw new UserErrorException(CliDiagnostics.NotInWorkflow(name, all.SelectMany(r => r.Names.Append(r.Reference)).Distinct(StringComparer.Ordinal)));
    }
}
