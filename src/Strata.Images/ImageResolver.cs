using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci.Credentials;
using Strata.Oci.Registries;
using Strata.Sandbox;

namespace Strata.Images;

/// <summary>Base systems from packages, from archives and from registries, kept as layers under one data directory. Disposing lets go of them.</summary>
public sealed class ImageResolver : IImageResolver, IDisposable
{
    private const int NoSpace = 28; // ENOSPC, as IOException.HResult of this project's own calls
    private const int DiskFull = unchecked((int)0x80070070); // as .NET's

    // What a local run imports from its own workspace is not a public base.
    private static readonly LayerOrg Local = LayerOrg.Parse("local");

    private readonly LayerTrees _trees;
    private readonly DebootstrapBase _debootstrap;
    private readonly RootFsBase _rootFs;
    private readonly OciBase _oci;
    private readonly Lazy<RegistryClient> _registry;

    /// <param name="owners">How owners are written on this host, where layers are extracted.</param>
    public ImageResolver(string dataDirectory, OwnerPolicy owners, TimeProvider time)
    {
        var store = new LocalLayerStore(dataDirectory, time);
        var records = new BaseRecords(dataDirectory);
        _trees = new(dataDirectory, owners);
        _debootstrap = new(store.Public, records, new(store.Public, dataDirectory, time), time);
        _rootFs = new(store.Of(Local), records, time);
        _registry = new(() => new(new RegistryOptions(), new CredentialFiles(time), time)); // connects when first asked
        _oci = new(store.Public, new(dataDirectory), _registry, time);
    }

    /// <summary>Removes what killed processes left; the next build does it too.</summary>
    public static void RemoveLeftovers(string dataDirectory, OwnerPolicy owners, TimeProvider time)
    {
        BuildScratch.RemoveLeftovers(dataDirectory);
        new LocalLayerStore(dataDirectory, time).RemoveLeftovers();
        new ExtractedLayers(dataDirectory, owners).RemoveLeftovers();
    }

    public void Dispose()
    {
        _trees.Dispose();
        if (_registry.IsValueCreated)
        {
            _registry.Value.Dispose();
        }
    }

    public async ValueTask<ResolvedImage> ResolveAsync(BaseImage image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            var found = image switch
            {
                BaseImage.Debootstrap packages =>
                    ResolvedBase.Of(await _debootstrap.ResolveAsync(packages, progress, cancellationToken).ConfigureAwait(false)),
                BaseImage.RootFs archive =>
                    ResolvedBase.Of(await _rootFs.ResolveAsync(archive, progress, cancellationToken).ConfigureAwait(false)),
                BaseImage.Oci reference => await _oci.ResolveAsync(reference, progress, cancellationToken).ConfigureAwait(false),
                _ => throw new UserErrorException(ImageDiagnostics.UnsupportedBase(image.GetType().Name, image.At)),
            };
            var lowers = new List<SandboxTree>(found.Leases.Count);
            foreach (var lease in found.Leases)
            {
                lowers.Add(await _trees.OpenAsync(lease, cancellationToken).ConfigureAwait(false));
            }

            return new(lowers, found.Config, found.Layers);
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused("the image", e, image.At)); // extracted for a normal user: an owner that user's jobs cannot have
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
