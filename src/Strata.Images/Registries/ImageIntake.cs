using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Layers;
using Strata.Layers.Compression;
using Strata.Layers.Erofs;
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
/// is not fetched again; what belongs to an organization is never looked for by others.
/// </summary>
internal sealed class ImageIntake(ILayerStore store, PulledImages images, TimeProvider time)
{
    private const int DownloadsMax = 3;

    public async Task<ResolvedBase> TakeAsync(IncomingImage image, LayerOrg own, SourceSpan? at, BuildProgress progress, CancellationToken cancellationToken)
    {
        var (manifest, config) = (image.Description.Manifest, image.Description.Config);
        var pulled = new (LayerLease? Lease, ResolvedLayer Layer)[manifest.Layers.Count];
        var done = 0;
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, pulled.Length),
                new ParallelOptions { MaxDegreeOfParallelism = DownloadsMax, CancellationToken = cancellationToken },
                async (i, stop) =>
                {
                    try
                    {
                        pulled[i] = await TakeLayerAsync(image, i, [], own, at, stop).ConfigureAwait(false);
                        progress.Enter($"{Interlocked.Increment(ref done)} of {pulled.Length} layers are here");
                    }
                    catch (MissingLinkTargetException)
                    {
                        // It links to a file of a layer below: once those are here.
                    }
                }).ConfigureAwait(false);
            for (var i = 0; i < pulled.Length; i++)
            {
                if (pulled[i].Lease is null)
                {
                    pulled[i] = await TakeAboveAsync(image, i, pulled, own, at, cancellationToken).ConfigureAwait(false);
                    progress.Enter($"{++done} of {pulled.Length} layers are here");
                }
            }
        }
        catch
        {
            foreach (var (lease, _) in pulled)
            {
                lease?.Dispose();
            }

            throw;
        }

        var org = image.IsPrivate() ? own : LayerOrg.Public;
        var kept = new PulledImage(
            PulledImage.CurrentFormat, image.Manifest.ToString(), org.Name, [.. pulled.Select(p => p.Lease!.Digest.ToString())], config.Variables(),
            NullIfEmpty(config.WorkingDirectory), NullIfEmpty(config.User), config.Entrypoint, config.Command)
        {
            Reference = image.Name,
            At = time.GetUtcNow(),
            Platform = config.Platform.ToString(),
        };
        images.Save(org, image.Manifest, kept, image.Description.ConfigBytes);
        return Of(kept, [.. pulled.Select(p => p.Lease!)], [.. pulled.Select(p => p.Layer)]);
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

    private async Task<(LayerLease?, ResolvedLayer)> TakeAboveAsync(
        IncomingImage image, int index, (LayerLease? Lease, ResolvedLayer Layer)[] pulled, LayerOrg own, SourceSpan? at, CancellationToken cancellationToken)
    {
        var below = new List<ErofsReader>(index);
        try
        {
            for (var i = 0; i < index; i++)
            {
                below.Add(ErofsReader.Open(pulled[i].Lease!.Image, ownsFile: false));
            }

            return await TakeLayerAsync(image, index, below, own, at, cancellationToken).ConfigureAwait(false);
        }
        catch (MissingLinkTargetException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused($"a layer of {image.Name}", e, at));
        }
        finally
        {
            below.ForEach(reader => reader.Dispose());
        }
    }

    /// <param name="below">For links to what they hold. Then the layer is this image's alone: above others it would hold something else.</param>
    /// <exception cref="MissingLinkTargetException">It links to a file of a layer below, and <paramref name="below"/> has none such.</exception>
    private async Task<(LayerLease?, ResolvedLayer)> TakeLayerAsync(
        IncomingImage image, int index, List<ErofsReader> below, LayerOrg own, SourceSpan? at, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var diffId = image.Description.Config.DiffIds[index];
        if (below.Count == 0 && await FindLayerAsync(diffId, image.IsPrivate() ? own : LayerOrg.Public, cancellationToken).ConfigureAwait(false) is { } present)
        {
            return (present, new(null, present.Digest, LayerOutcome.Reused, time.GetElapsedTime(start), present.SizeBytes));
        }

        var body = await image.OpenBlob(image.Description.Manifest.Layers[index], cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var org = image.IsPrivate() ? own : LayerOrg.Public;
            var lease = await StoreAsync(image.Name, body, diffId, below, store.Of(org), at, cancellationToken).ConfigureAwait(false);
            if (below.Count == 0)
            {
                images.SaveLayer(org, diffId, lease.Digest);
            }

            return (lease, new(null, lease.Digest, LayerOutcome.Pulled, time.GetElapsedTime(start), lease.SizeBytes));
        }
    }

    /// <summary>A public image stands on public layers alone: else others could not mount it.</summary>
    private async ValueTask<LayerLease?> FindLayerAsync(Digest diffId, LayerOrg org, CancellationToken cancellationToken)
    {
        if (images.FindLayer(LayerOrg.Public, diffId) is { } known && (await store.Public.OpenAsync(known, cancellationToken).ConfigureAwait(false)).Lease is { } lease)
        {
            return lease;
        }

        return org != LayerOrg.Public && images.FindLayer(org, diffId) is { } own ? (await store.Of(org).OpenAsync(own, cancellationToken).ConfigureAwait(false)).Lease : null;
    }

    /// <summary>Nothing is stored before the blob has its digest and the tar its diff ID.</summary>
    private static async Task<LayerLease> StoreAsync(
        string name, VerifyingStream body, Digest diffId, List<ErofsReader> below, ILayerPlace layers, SourceSpan? at, CancellationToken cancellationToken)
    {
        try
        {
            using var write = layers.Start();
            using var tar = new DiffIdStream(ArchiveContent.Open(body));
            var packed = await LayerPacker.FromTarAsync(tar, write.Target, TarPackOptions.Default with { Lowers = below }, cancellationToken).ConfigureAwait(false);
            if (tar.DiffId != diffId)
            {
                throw new EnvironmentException(ImageDiagnostics.WrongDiffId(name, diffId, tar.DiffId));
            }

            return (await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false)).Lease!; // what was just hashed cannot mismatch
        }
        catch (HostileArchiveException e) when (e is not MissingLinkTargetException)
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
