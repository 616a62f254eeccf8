using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Json;
using Strata.Layers.Store;

namespace Strata.Images.BaseSystems;

/// <summary>
/// <c>debootstrap:SUITE</c>: found by the key of all that decides its content, else built, once at a time on this host. What a lock file pins is found among the
/// builds there were; a new build that came out as something else is refused.
/// </summary>
internal sealed class DebootstrapBase(ILayerPlace layers, BaseRecords records, DebootstrapBuilder builder, string dataDirectory, TimeProvider time)
{
    public async ValueTask<(LayerLease Lease, ResolvedLayer Layer)> ResolveAsync(
        BaseImage.Debootstrap image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var packages = CheckedPackages(image);
        var key = Key(image.Suite, packages);
        if (await FindAsync(key, image, progress, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return Layer(found, LayerOutcome.Reused);
        }

        using var shown = new BuildProgress($"base system {image.Suite}", "preparing", progress, time);
        using var held = await BuildLock.AcquireAsync(
            records.LockPath(key), () => shown.Enter("another process builds it"), time, cancellationToken).ConfigureAwait(false);
        if (await FindAsync(key, image, progress, cancellationToken).ConfigureAwait(false) is { } meanwhile)
        {
            return Layer(meanwhile, LayerOutcome.Reused);
        }

        if (image.Pin is not null && await FindMovedAsync(key, image, shown, cancellationToken).ConfigureAwait(false) is { } moved)
        {
            throw moved;
        }

        var built = await BuildAsync(key, image, packages, shown, cancellationToken).ConfigureAwait(false);
        if (image.Pin is { } pin && PinComparison.Difference(image.Suite, pin, records.Find(key)?.Releases, records.FindInstalled(built.Digest) ?? []) is { } difference)
        {
            built.Dispose();
            throw new UserErrorException(ImageDiagnostics.SuiteMoved(image.Suite, difference, image.At));
        }

        return Layer(built, LayerOutcome.Built);

        (LayerLease, ResolvedLayer) Layer(LayerLease lease, LayerOutcome outcome) =>
            (lease, new(key.ToString(), lease.Digest, outcome, time.GetElapsedTime(start), lease.SizeBytes));
    }

    /// <summary>The state of the suite now: what is here if its mirrors say that nothing moved, else a new build.</summary>
    public async ValueTask<SuitePin> PinAsync(BaseImage.Debootstrap image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var packages = CheckedPackages(image);
        var key = Key(image.Suite, packages);
        using var shown = new BuildProgress($"base system {image.Suite}", "asking its mirrors", progress, time);
        using var held = await BuildLock.AcquireAsync(
            records.LockPath(key), () => shown.Enter("another process builds it"), time, cancellationToken).ConfigureAwait(false);
        var now = await MirrorState.FindAsync(image.Suite, ScratchPlace(), time, cancellationToken).ConfigureAwait(false);
        var lease = now is not null && records.Find(key) is { Releases: { } known } record && PinComparison.IsSameState(known, now)
            ? await StoredBase.FindAsync(layers, record.Layer, progress, cancellationToken).ConfigureAwait(false)
            : null;
        using (lease ??= await BuildAsync(key, image, packages, shown, cancellationToken).ConfigureAwait(false))
        {
            return records.Find(key)?.Releases?.GetValueOrDefault(image.Suite) is { } release && Digest.TryParse(release, null, out var digest)
                ? new(digest, Installed(lease))
                : throw new EnvironmentException(ImageDiagnostics.NoRelease(image.Suite));
        }
    }

    /// <summary>Whether the suite's own list is still the pinned one; null: it cannot be asked.</summary>
    public async ValueTask<bool?> IsCurrentAsync(BaseImage.Debootstrap image, SuitePin pin, IProgress<string> progress, CancellationToken cancellationToken)
    {
        using var shown = new BuildProgress($"base system {image.Suite}", "asking its mirrors", progress, time);
        var now = await MirrorState.FindAsync(image.Suite, ScratchPlace(), time, cancellationToken).ConfigureAwait(false);
        if (now is null)
        {
            return null;
        }

        var known = records.Find(Key(image.Suite, CheckedPackages(image)));
        return now.GetValueOrDefault(image.Suite) == pin.Release.ToString()
            && (known?.Releases is null || (PinComparison.IsSameState(known.Releases, now) && PinComparison.Unpinned(Digest.TryParse(known.Layer, null, out var layer) ? records.FindInstalled(layer) ?? [] : [], pin) is []));
    }

    /// <summary>The mirror is left out: it says where from, not what.</summary>
    internal static Digest Key(string suite, IReadOnlyList<string> canonicalPackages)
    {
        var names = new JsonArray();
        foreach (var package in canonicalPackages)
        {
            names.Add((JsonNode)package);
        }

        return CanonicalJson.DigestOf(new JsonObject
        {
            ["format"] = "strata.base-key/1",
            ["kind"] = "debootstrap",
            ["suite"] = suite,
            ["packages"] = names,
            ["variant"] = BuilderCommand.Variant,
            ["recipe"] = BuilderCommand.Recipe,
            ["architecture"] = ImageDigest.DebianArchitecture,
            ["epoch"] = BuilderCommand.SourceDateEpoch,
        });
    }

    internal static IReadOnlyList<string> CheckedPackages(BaseImage.Debootstrap image)
    {
        var problems = PackageNames.Check(image);
        return problems.Count > 0 ? throw new UserErrorException(problems) : PackageNames.Canonical(image.Packages);
    }

    private async ValueTask<LayerLease?> FindAsync(Digest key, BaseImage.Debootstrap image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        if (records.Find(key) is not { } record)
        {
            return null;
        }

        if (image.Pin is not { } pin)
        {
            return await StoredBase.FindAsync(layers, record.Layer, progress, cancellationToken).ConfigureAwait(false);
        }

        foreach (var build in (IEnumerable<EarlierBuild>)[new(record.Layer, record.At, record.Releases), .. record.Earlier ?? []])
        {
            if (build.Releases?.GetValueOrDefault(image.Suite) == pin.Release.ToString()
                && Digest.TryParse(build.Layer, null, out var layer) && records.FindInstalled(layer) is { } installed && PinComparison.Unpinned(installed, pin) is []
                && await StoredBase.FindAsync(layers, build.Layer, progress, cancellationToken).ConfigureAwait(false) is { } lease)
            {
                return lease;
            }
        }

        return null;
    }

    /// <summary>Half a minute is not spent on what cannot become the pinned one.</summary>
    private async ValueTask<Exception?> FindMovedAsync(Digest key, BaseImage.Debootstrap image, BuildProgress shown, CancellationToken cancellationToken)
    {
        shown.Enter("asking its mirrors for the pinned state");
        var now = await MirrorState.FindAsync(image.Suite, ScratchPlace(), time, cancellationToken).ConfigureAwait(false);
        if (now is null || !now.TryGetValue(image.Suite, out var release))
        {
            return null;
        }

        if (release != image.Pin!.Release.ToString())
        {
            return new UserErrorException(ImageDiagnostics.SuiteMoved(image.Suite, PinComparison.Moved(image.Pin.Release.ToString(), release), image.At));
        }

        // Built before from just this state: it is that build which is not the pinned one.
        return records.Find(key) is { Releases: { } known } record && PinComparison.IsSameState(known, now) && Digest.TryParse(record.Layer, null, out var layer)
            && layers.Find(layer) is not null && PinComparison.Difference(image.Suite, image.Pin, known, records.FindInstalled(layer) ?? []) is { } difference
            ? new UserErrorException(ImageDiagnostics.SuiteMoved(image.Suite, difference, image.At))
            : null;
    }

    private async Task<LayerLease> BuildAsync(
        Digest key, BaseImage.Debootstrap image, IReadOnlyList<string> packages, BuildProgress shown, CancellationToken cancellationToken)
    {
        var (lease, releases) = await builder.BuildAsync(image, packages, shown, cancellationToken).ConfigureAwait(false);
        records.SaveInstalled(lease.Digest, InstalledPackages.Read(lease));
        records.Save(key, new(BaseRecord.CurrentFormat, lease.Digest.ToString(), Stamp: null)
        {
            From = $"debootstrap:{image.Suite}",
            Packages = packages,
            Org = LayerOrg.Public.Name,
            At = time.GetUtcNow(),
            Releases = releases,
        });
        return lease;
    }

    private IReadOnlyList<string> Installed(LayerLease lease)
    {
        if (records.FindInstalled(lease.Digest) is { } known)
        {
            return known;
        }

        var read = InstalledPackages.Read(lease);
        records.SaveInstalled(lease.Digest, read);
        return read;
    }

    private string ScratchPlace() => BuildScratch.Choose(dataDirectory, allowMemory: false);
}
