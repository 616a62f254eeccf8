using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Json;
using Strata.Layers.Store;

namespace Strata.Images.BaseSystems;

/// <summary><c>debootstrap:SUITE</c>: found by the key of all that decides its content, else built, once at a time on this host.</summary>
internal sealed class DebootstrapBase(ILayerPlace layers, BaseRecords records, DebootstrapBuilder builder, TimeProvider time)
{
    public async ValueTask<(LayerLease Lease, ResolvedLayer Layer)> ResolveAsync(
        BaseImage.Debootstrap image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var problems = PackageNames.Check(image);
        if (problems.Count > 0)
        {
            throw new UserErrorException(problems);
        }

        var start = time.GetTimestamp();
        var packages = PackageNames.Canonical(image.Packages);
        var key = Key(image.Suite, packages);
        if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return Layer(found, LayerOutcome.Reused);
        }

        using var shown = new BuildProgress($"base system {image.Suite}", "preparing", progress, time);
        using var held = await BuildLock.AcquireAsync(
            records.LockPath(key), () => shown.Enter("another process builds it"), time, cancellationToken).ConfigureAwait(false);
        if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { } meanwhile)
        {
            return Layer(meanwhile, LayerOutcome.Reused);
        }

        var built = await builder.BuildAsync(image, packages, shown, cancellationToken).ConfigureAwait(false);
        records.Save(key, built.Digest, stamp: null);
        return Layer(built, LayerOutcome.Built);

        (LayerLease, ResolvedLayer) Layer(LayerLease lease, LayerOutcome outcome) =>
            (lease, new(key.ToString(), lease.Digest, outcome, time.GetElapsedTime(start), lease.SizeBytes));
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

    private ValueTask<LayerLease?> FindAsync(Digest key, CancellationToken cancellationToken) =>
        StoredBase.FindAsync(layers, records.Find(key), cancellationToken);
}
