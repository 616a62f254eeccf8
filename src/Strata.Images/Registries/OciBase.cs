using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Layers;
using Strata.Layers.Compression;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Oci;
using Strata.Oci.Content;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Images.Registries;

/// <summary>
/// An OCI reference. A tag costs one HEAD, and is then its digest; a digest that is present contacts nobody. Layers are streamed from the registry into
/// images, several at once; one that another image brought is not fetched again.
/// </summary>
internal sealed class OciBase(ILayerPlace layers, PulledImages images, Lazy<RegistryClient> registry, TimeProvider time)
{
    private const int DownloadsMax = 3;

    public async ValueTask<ResolvedBase> ResolveAsync(BaseImage.Oci image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var reference = Reference.Parse(image.Reference, image.At);
        var manifest = reference.Digest ?? await ResolveTagAsync(reference, image.At, progress, cancellationToken).ConfigureAwait(false);
        if (await FindAsync(manifest, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found;
        }

        using var shown = new BuildProgress(reference.ToShortString(), "pulling", progress, time);
        using var held = await BuildLock.AcquireAsync(
            images.LockPath(manifest), () => shown.Enter("another process pulls it"), time, cancellationToken).ConfigureAwait(false);
        return await FindAsync(manifest, cancellationToken).ConfigureAwait(false)
            ?? await PullAsync(reference.With(manifest), image.At, shown, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Digest> ResolveTagAsync(Reference reference, SourceSpan? at, IProgress<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            if (await registry.Value.FindManifestAsync(reference, cancellationToken).ConfigureAwait(false) is { } named)
            {
                images.SaveLastKnown(reference.ToString(), named.Digest);
                return named.Digest;
            }

            throw new UserErrorException(ImageDiagnostics.NoSuchImage(reference.ToShortString(), at));
        }
        catch (OciException e) when (e.Failure is OciFailure.Unavailable or OciFailure.RateLimited && images.FindLastKnown(reference.ToString()) is { } known)
        {
            progress.Report($"warning: {e.Diagnostic.Message} Using what {reference.ToShortString()} was when last asked: {known.Short}.");
            return known;
        }
    }

    /// <summary>Null: not pulled yet, or a layer is gone or damaged.</summary>
    private async ValueTask<ResolvedBase?> FindAsync(Digest manifest, CancellationToken cancellationToken)
    {
        if (images.Find(manifest) is not { } image)
        {
            return null;
        }

        var start = time.GetTimestamp();
        var leases = new List<LayerLease>(image.Layers.Count);
        foreach (var layer in image.Layers)
        {
            if (!Digest.TryParse(layer, null, out var digest) || (await layers.OpenAsync(digest, cancellationToken).ConfigureAwait(false)).Lease is not { } lease)
            {
                leases.ForEach(l => l.Dispose());
                return null;
            }

            leases.Add(lease);
        }

        var reused = leases.ConvertAll(l => new ResolvedLayer(null, l.Digest, LayerOutcome.Reused, time.GetElapsedTime(start), l.SizeBytes));
        return new(leases, reused, new(image.Env, image.WorkingDirectory, image.User) { Entrypoint = image.Entrypoint, Command = image.Command });
    }

    private async Task<ResolvedBase> PullAsync(Reference reference, SourceSpan? at, BuildProgress progress, CancellationToken cancellationToken)
    {
        var description = await registry.Value.GetImageAsync(reference, Platform.Host, cancellationToken).ConfigureAwait(false);
        var pulled = new (LayerLease? Lease, ResolvedLayer Layer)[description.Manifest.Layers.Count];
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
                        pulled[i] = await PullLayerAsync(reference, description.Manifest.Layers[i], description.Config.DiffIds[i], [], at, stop).ConfigureAwait(false);
                        progress.Enter($"pulled {Interlocked.Increment(ref done)} of {pulled.Length} layers");
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
                    pulled[i] = await PullAboveAsync(reference, description, i, pulled, at, cancellationToken).ConfigureAwait(false);
                    progress.Enter($"pulled {++done} of {pulled.Length} layers");
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

        var config = description.Config;
        var kept = new PulledImage(
            PulledImage.CurrentFormat, [.. pulled.Select(p => p.Lease!.Digest.ToString())], config.Variables(), NullIfEmpty(config.WorkingDirectory),
            NullIfEmpty(config.User), config.Entrypoint, config.Command);
        images.Save(reference.Digest!.Value, kept);
        return new(
            [.. pulled.Select(p => p.Lease!)], [.. pulled.Select(p => p.Layer)],
            new(kept.Env, kept.WorkingDirectory, kept.User) { Entrypoint = kept.Entrypoint, Command = kept.Command });
    }

    private async Task<(LayerLease?, ResolvedLayer)> PullAboveAsync(
        Reference reference, ImageDescription description, int index, (LayerLease? Lease, ResolvedLayer Layer)[] pulled, SourceSpan? at,
        CancellationToken cancellationToken)
    {
        var below = new List<ErofsReader>(index);
        try
        {
            for (var i = 0; i < index; i++)
            {
                below.Add(ErofsReader.Open(pulled[i].Lease!.Image, ownsFile: false));
            }

            return await PullLayerAsync(
                reference, description.Manifest.Layers[index], description.Config.DiffIds[index], below, at, cancellationToken).ConfigureAwait(false);
        }
        catch (MissingLinkTargetException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused($"a layer of {reference.ToShortString()}", e, at));
        }
        finally
        {
            below.ForEach(reader => reader.Dispose());
        }
    }

    /// <param name="below">For links to what they hold. Then the layer is this image's alone: above others it would hold something else.</param>
    /// <exception cref="MissingLinkTargetException">It links to a file of a layer below, and <paramref name="below"/> has none such.</exception>
    private async Task<(LayerLease?, ResolvedLayer)> PullLayerAsync(
        Reference reference, Descriptor blob, Digest diffId, List<ErofsReader> below, SourceSpan? at, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (below.Count == 0 && images.FindLayer(diffId) is { } known && (await layers.OpenAsync(known, cancellationToken).ConfigureAwait(false)).Lease is { } present)
        {
            return (present, new(null, known, LayerOutcome.Reused, time.GetElapsedTime(start), present.SizeBytes));
        }

        var body = await registry.Value.OpenBlobAsync(reference, blob, cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var lease = await StoreAsync(reference, body, diffId, below, at, cancellationToken).ConfigureAwait(false);
            if (below.Count == 0)
            {
                images.SaveLayer(diffId, lease.Digest);
            }

            return (lease, new(null, lease.Digest, LayerOutcome.Pulled, time.GetElapsedTime(start), lease.SizeBytes));
        }
    }

    /// <summary>Nothing is stored before the blob has its digest and the tar its diff ID.</summary>
    private async Task<LayerLease> StoreAsync(
        Reference reference, VerifyingStream body, Digest diffId, List<ErofsReader> below, SourceSpan? at, CancellationToken cancellationToken)
    {
        try
        {
            using var write = layers.Start();
            using var tar = new DiffIdStream(ArchiveContent.Open(body));
            var packed = await LayerPacker.FromTarAsync(tar, write.Target, TarPackOptions.Default with { Lowers = below }, cancellationToken).ConfigureAwait(false);
            if (tar.DiffId != diffId)
            {
                throw new EnvironmentException(ImageDiagnostics.WrongDiffId(reference.ToShortString(), diffId, tar.DiffId));
            }

            return (await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false)).Lease!; // what was just hashed cannot mismatch
        }
        catch (HostileArchiveException e) when (e is not MissingLinkTargetException)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused($"a layer of {reference.ToShortString()}", e, at));
        }
        catch (DllNotFoundException e)
        {
            throw new EnvironmentException(ArchiveDiagnostics.NoZstd(), e);
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
