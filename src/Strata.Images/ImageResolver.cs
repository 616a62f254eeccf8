using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Images;

/// <summary>Base systems from packages and from archives, kept as layers under one data directory. Disposing lets go of them.</summary>
public sealed class ImageResolver : IImageResolver, IDisposable
{
    private const int NoSpace = 28; // ENOSPC, as IOException.HResult of this project's own calls
    private const int DiskFull = unchecked((int)0x80070070); // as .NET's

    /// <summary>Images from base systems say nothing of their environment; this is what Debian's own default is for root.</summary>
    private static readonly ImageConfig BaseConfig = new(
        new Dictionary<string, string> { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }, null, null);

    // What a local run imports from its own workspace is not a public base.
    private static readonly LayerOrg Local = LayerOrg.Parse("local");

    private readonly LayerTrees _trees;
    private readonly DebootstrapBase _debootstrap;
    private readonly RootFsBase _rootFs;

    /// <param name="owners">How owners are written on this host, where layers are extracted.</param>
    public ImageResolver(string dataDirectory, OwnerPolicy owners, TimeProvider time)
    {
        var store = new LocalLayerStore(dataDirectory, time);
        var records = new BaseRecords(dataDirectory);
        _trees = new(dataDirectory, owners);
        _debootstrap = new(store.Public, records, new(store.Public, dataDirectory, time), time);
        _rootFs = new(store.Of(Local), records, time);
    }

    /// <summary>Removes what killed processes left; the next build does it too.</summary>
    public static void RemoveLeftovers(string dataDirectory, OwnerPolicy owners, TimeProvider time)
    {
        BuildScratch.RemoveLeftovers(dataDirectory);
        new LocalLayerStore(dataDirectory, time).RemoveLeftovers();
        new ExtractedLayers(dataDirectory, owners).RemoveLeftovers();
    }

    public void Dispose() => _trees.Dispose();

    public async ValueTask<ResolvedImage> ResolveAsync(BaseImage image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            var (lease, layer) = image switch
            {
                BaseImage.Debootstrap packages =>
                    await _debootstrap.ResolveAsync(packages, progress, cancellationToken).ConfigureAwait(false),
                BaseImage.RootFs archive =>
                    await _rootFs.ResolveAsync(archive, progress, cancellationToken).ConfigureAwait(false),
                _ => throw new UserErrorException(ImageDiagnostics.UnsupportedBase(image.GetType().Name, image.At)),
            };
            var digest = ImageDigest.OfImage(ImageDigest.OfSnapshot([layer.Digest]), BaseConfig);
            return new(digest, [await _trees.OpenAsync(lease, cancellationToken).ConfigureAwait(false)], BaseConfig, [layer]);
        }
        catch (IOException e)
        {
            throw new EnvironmentException(
                e.HResult is NoSpace or DiskFull ? ImageDiagnostics.NoSpace(e.Message) : ImageDiagnostics.StoreFailed(e.Message), e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EnvironmentException(ImageDiagnostics.StoreFailed(e.Message), e);
        }
    }
}
