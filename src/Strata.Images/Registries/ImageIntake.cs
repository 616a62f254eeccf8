using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Layers;
using Strata.Layers.Compression;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Images.Registries;

/// <summary>Where an image comes from.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Manifest">What it is kept under.</param>
/// <param name="IsPrivate">Whether it belongs to the organization; may turn true while blobs are opened, never false.</param>
internal sealed record IncomingImage(
    string Name, Digest Manifest, ImageDescription Description, Func<Descriptor, CancellationToken, Task<VerifyingStream>> OpenBlob, Func<bool> IsPrivate);

/// <summary>
/// Takes images in: layers are streamed into EROFS images, several at once, and the image is recorded when all are there. A layer that another image brought
/// is not fetched again, unless it depends on the layers below and these are others; what belongs to an organization is never looked for by others.
/// </summary>
internal sealed class ImageIntake(ILayerStore store, PulledImages images, TimeProvider time)
{
    public async Task<ResolvedBase> TakeAsync(IncomingImage image, LayerOrg own, SourceSpan? at, BuildProgress progress, CancellationToken cancellationToken)
    {
        var (manifest, config) = (image.Description.Manifest, image.Description.Config);
        using var layers = new IncomingLayers(config.DiffIds);
        var done = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, layers.Count),
            new ParallelOptions { MaxDegreeOfParallelism = IncomingLayers.BegunMax, CancellationToken = cancellationToken },
            async (i, stop) =>
            {
                await layers.EnterAsync(stop).ConfigureAwait(false);
                try
                {
                    await TakeLayerAsync(image, layers, i, own, at, stop).ConfigureAwait(false);
                }
                finally
                {
                    layers.Leave();
                }

                progress.Enter($"{Interlocked.Increment(ref done)} of {layers.Count} layers are here");
            }).ConfigureAwait(false);
        var (leases, resolved) = layers.HandOver();
        var org = image.IsPrivate() ? own : LayerOrg.Public;
        var kept = new PulledImage(
            PulledImage.CurrentFormat, image.Manifest.ToString(), org.Name, [.. leases.Select(l => l.Digest.ToString())], config.Variables(),
            NullIfEmpty(config.WorkingDirectory), NullIfEmpty(config.User), config.Entrypoint, config.Command)
        {
            Reference = image.Name,
            At = time.GetUtcNow(),
            Platform = config.Platform.ToString(),
        };
        images.Save(org, image.Manifest, kept, image.Description.ConfigBytes);
        return Of(kept, leases, resolved);
    }

    /// <summary>What was taken in before, by this organization or in public. Null: nothing, or a layer is gone or damaged.</summary>
    public async ValueTask<ResolvedBase?> FindAsync(Digest manifest, LayerOrg own, IProgress<string> progress, CancellationToken cancellationToken) =>
        await FindInAsync(LayerOrg.Public, manifest, progress, cancellationToken).ConfigureAwait(false)
        ?? await FindInAsync(own, manifest, progress, cancellationToken).ConfigureAwait(false);

    private async ValueTask<ResolvedBase?> FindInAsync(LayerOrg org, Digest manifest, IProgress<string> progress, CancellationToken cancellationToken)
    {
        if (images.Find(org, manifest) is not { } image)
        {
            return null;
        }

        var start = time.GetTimestamp();
        var leases = new List<LayerLease>(image.Layers.Count);
        foreach (var layer in image.Layers)
        {
            if (!Digest.TryParse(layer, null, out var digest) || await OpenAsync(org, digest, progress, cancellationToken).ConfigureAwait(false) is not { } lease)
            {
                leases.ForEach(l => l.Dispose());
                return null;
            }

            leases.Add(lease);
        }

        return Of(image, leases, leases.ConvertAll(l => new ResolvedLayer(null, l.Digest, LayerOutcome.Reused, time.GetElapsedTime(start), l.SizeBytes)));
    }

    private static ResolvedBase Of(PulledImage image, IReadOnlyList<LayerLease> leases, IReadOnlyList<ResolvedLayer> layers) => new(
        leases, layers, new(image.Env, image.WorkingDirectory, image.User) { Entrypoint = image.Entrypoint, Command = image.Command })
    {
        Record = (LayerOrg.TryParse(image.Org, out var org) ? org : LayerOrg.Public, Digest.Parse(image.Manifest, null)),
    };

    private async ValueTask<LayerLease?> OpenAsync(LayerOrg org, Digest digest, IProgress<string> progress, CancellationToken cancellationToken) =>
        await StoredBase.OpenAsync(store.Of(org), digest, progress, cancellationToken).ConfigureAwait(false)
        ?? (org == LayerOrg.Public ? null : await StoredBase.OpenAsync(store.Public, digest, progress, cancellationToken).ConfigureAwait(false));

    private async Task TakeLayerAsync(IncomingImage image, IncomingLayers layers, int index, LayerOrg own, SourceSpan? at, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (await FindLayerAsync(layers, index, image.IsPrivate() ? own : LayerOrg.Public, cancellationToken).ConfigureAwait(false) is { } present)
        {
            layers.Add(index, present, new(null, present.Digest, LayerOutcome.Reused, time.GetElapsedTime(start), present.SizeBytes));
            return;
        }

        var body = await image.OpenBlob(image.Description.Manifest.Layers[index], cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var org = image.IsPrivate() ? own : LayerOrg.Public;
            var (lease, dependsOnLowers) = await StoreAsync(image.Name, body, layers, index, store.Of(org), at, cancellationToken).ConfigureAwait(false);
            layers.Add(index, lease, new(null, lease.Digest, LayerOutcome.Pulled, time.GetElapsedTime(start), lease.SizeBytes));
            if (dependsOnLowers)
            {
                images.SaveStackedLayer(org, layers.ChainIdOf(index), lease.Digest);
            }
            else
            {
                images.SaveLayer(org, layers.DiffIdOf(index), lease.Digest);
            }
        }
    }

    /// <summary>A public image stands on public layers alone: else others could not mount it.</summary>
    private async ValueTask<LayerLease?> FindLayerAsync(IncomingLayers layers, int index, LayerOrg org, CancellationToken cancellationToken) =>
        await FindLayerInAsync(LayerOrg.Public, layers, index, cancellationToken).ConfigureAwait(false)
        ?? (org == LayerOrg.Public ? null : await FindLayerInAsync(org, layers, index, cancellationToken).ConfigureAwait(false));

    private async ValueTask<LayerLease?> FindLayerInAsync(LayerOrg org, IncomingLayers layers, int index, CancellationToken cancellationToken) =>
        (images.FindLayer(org, layers.DiffIdOf(index)) ?? images.FindStackedLayer(org, layers.ChainIdOf(index))) is { } known
            ? (await store.Of(org).OpenAsync(known, cancellationToken).ConfigureAwait(false)).Lease
            : null;

    /// <summary>Nothing is stored before the blob has its digest and the tar its diff ID.</summary>
    private static async Task<(LayerLease Lease, bool DependsOnLowers)> StoreAsync(
        string name, VerifyingStream body, IncomingLayers layers, int index, ILayerPlace place, SourceSpan? at, CancellationToken cancellationToken)
    {
        using var below = new LowerReaders(layers, index);
        try
        {
            using var write = place.Start();
            using var tar = new DiffIdStream(ArchiveContent.Open(body));
            var options = TarPackOptions.Default with { OpenLowers = below.OpenAsync };
            var packed = await LayerPacker.FromTarAsync(tar, write.Target, options, cancellationToken).ConfigureAwait(false);
            if (tar.DiffId != layers.DiffIdOf(index))
            {
                throw new EnvironmentException(ImageDiagnostics.WrongDiffId(name, layers.DiffIdOf(index), tar.DiffId));
            }

            return ((await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false)).Lease!, packed.DependsOnLowers); // what was just hashed cannot mismatch
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused($"a layer of {name}", e, at));
        }
        catch (DllNotFoundException e)
        {
            throw new EnvironmentException(ArchiveDiagnostics.NoZstd(), e);
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
