using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Layers;

namespace Strata.Images;

/// <summary>Base systems from packages and from archives, kept in a tree store under one data directory.</summary>
public sealed class ImageResolver : IImageResolver
{
    private const int NoSpace = 28; // ENOSPC, as IOException.HResult of this project's own calls
    private const int DiskFull = unchecked((int)0x80070070); // as .NET's

    /// <summary>Images from base systems say nothing of their environment; this is what Debian's own default is for root.</summary>
    private static readonly ImageConfig BaseConfig = new(
        new Dictionary<string, string> { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }, null, null);

    private readonly DebootstrapBase _debootstrap;
    private readonly RootFsBase _rootFs;

    public ImageResolver(string dataDirectory, ITreeStore trees, TimeProvider time)
    {
        var records = new BaseRecords(dataDirectory);
        _debootstrap = new(trees, records, new(trees, dataDirectory, time), time);
        _rootFs = new(trees, records, time);
    }

    /// <summary>Removes what builds left that were killed; the next build does it too. See also <see cref="Layers.Trees.TreeStore.RemoveLeftovers"/>.</summary>
    public static void RemoveLeftovers(string dataDirectory) => BuildScratch.RemoveLeftovers(dataDirectory);

    public async ValueTask<ResolvedImage> ResolveAsync(BaseImage image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            var (tree, layer) = image switch
            {
                BaseImage.Debootstrap packages =>
                    await _debootstrap.ResolveAsync(packages, progress, cancellationToken).ConfigureAwait(false),
                BaseImage.RootFs archive =>
                    await _rootFs.ResolveAsync(archive, progress, cancellationToken).ConfigureAwait(false),
                _ => throw new UserErrorException(ImageDiagnostics.UnsupportedBase(image.GetType().Name, image.At)),
            };
            var digest = ImageDigest.OfImage(ImageDigest.OfSnapshot([layer.Digest]), BaseConfig);
            return new(digest, [tree.Path], BaseConfig, [layer]);
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
