using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Core.Tasks;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Images;

/// <summary>Base systems from packages, from archives and from registries, kept as layers under one data directory. Disposing lets go of them.</summary>
public sealed class ImageResolver : IDisposable
{
    private const int NoSpace = 28; // ENOSPC, as IOException.HResult of this project's own calls
    private const int DiskFull = unchecked((int)0x80070070); // as .NET's

    private readonly LayerTrees _trees;
    private readonly DebootstrapBase _debootstrap;
    private readonly RootFsBase _rootFs;
    private readonly OciBase _oci;
    private readonly TimeProvider _time;
    private readonly RegistryClients _registries;

    /// <param name="owners">How owners are written on this host, where layers are extracted: asked for by the first that is.</param>
    /// <param name="insecureRegistries"><c>host</c> or <c>host:port</c> that may be spoken to over plain http; loopback may be anyway.</param>
    /// <param name="layers">Of the data directory; null: on its disk alone.</param>
    public ImageResolver(string dataDirectory, Func<OwnerPolicy> owners, TimeProvider time, IReadOnlySet<string>? insecureRegistries = null, ILayerStore? layers = null)
        : this(dataDirectory, owners, time, insecureRegistries is null ? new RegistryOptions() : new() { InsecureHosts = insecureRegistries }, layers)
    {
    }

    public ImageResolver(string dataDirectory, OwnerPolicy owners, TimeProvider time)
        : this(dataDirectory, () => owners, time)
    {
    }

    internal ImageResolver(string dataDirectory, Func<OwnerPolicy> owners, TimeProvider time, RegistryOptions registries, ILayerStore? layers = null)
    {
        _time = time;
        var store = layers ?? new LocalLayerStore(dataDirectory, time);
        Layers = store;
        var records = new BaseRecords(dataDirectory);
        _trees = new(dataDirectory, owners);
        _debootstrap = new(store.Public, records, new(store.Public, dataDirectory, time), dataDirectory, time);
        _rootFs = new(store, records, time);
        _registries = new(registries, time);
        var images = new PulledImages(dataDirectory);
        Intake = new(store, images, time);
        _oci = new(Intake, images, _registries, time);
    }

    internal ILayerStore Layers { get; }

    internal ImageIntake Intake { get; }

    internal RegistryClients Registries => _registries;

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
        _oci.Dispose();
        _registries.Dispose();
    }

    /// <summary>Finds or makes the image. Concurrent calls for one key make it once, also across processes.</summary>
    /// <param name="progress">A line for people, at least every two seconds while work goes on.</param>
    /// <exception cref="UserErrorException">The request is wrong (STR3xxx): unknown suite, missing or hostile tar, bad package name.</exception>
    /// <exception cref="EnvironmentException">The machine failed: mmdebstrap missing, no network, disk full.</exception>
    public ValueTask<ResolvedImage> ResolveAsync(BaseImage image, IProgress<string> progress, CancellationToken cancellationToken) =>
        ResolveAsync(image, ImageOwner.Local, progress, cancellationToken);

    /// <summary>The same for a run: images that need credentials belong to its organization, and last known tags to its repository and trust (DESIGN §4, §5).</summary>
    public ValueTask<ResolvedImage> ResolveAsync(BaseImage image, RunIdentity forWhom, IProgress<string> progress, CancellationToken cancellationToken) =>
        ResolveAsync(image, ImageOwner.Of(forWhom), progress, cancellationToken);

    /// <summary>The image's layers, to be handed on rather than mounted.</summary>
    /// <exception cref="UserErrorException">As <see cref="ResolveAsync(BaseImage, IProgress{string}, CancellationToken)"/>.</exception>
    /// <exception cref="EnvironmentException">As <see cref="ResolveAsync(BaseImage, IProgress{string}, CancellationToken)"/>.</exception>
    public ValueTask<HeldImage> OpenAsync(BaseImage image, RunIdentity forWhom, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(GuardAsync(image.At, async () =>
        {
            var found = await FindOrMakeAsync(image, ImageOwner.Of(forWhom), progress, cancellationToken).ConfigureAwait(false);
            return new HeldImage(found);
        }));

    /// <summary>What the reference means now, whatever was pinned: for the lock file.</summary>
    /// <returns>Null: there is nothing to pin (a file, a digest, an image imported on this host).</returns>
    public ValueTask<ImagePin?> PinAsync(BaseImage image, RunIdentity forWhom, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(GuardAsync(image.At, async () =>
        {
            switch (image)
            {
                case BaseImage.Debootstrap suite:
                    var pin = await _debootstrap.PinAsync(suite, progress, cancellationToken).ConfigureAwait(false);
                    return new ImagePin(pin.Release, null, pin.Packages);
                case BaseImage.Oci oci when Reference.Parse(oci.Reference, oci.At) is { Digest: null } reference && !_oci.IsImported(reference, ImageOwner.Of(forWhom)):
                    using (new BuildProgress(reference.ToShortString(), "asking its registry", progress, _time, quietAtFirst: true))
                    {
                        var digest = await _oci.AskAsync(reference, ImageOwner.Of(forWhom), oci.At, cancellationToken).ConfigureAwait(false);
                        return new ImagePin(digest, $"{reference.Registry}/{reference.Repository}@{digest}", []);
                    }

                default:
                    return (ImagePin?)null;
            }
        }));

    /// <summary>Whether a suite is still as pinned, without making anything.</summary>
    /// <exception cref="EnvironmentException">Its mirrors cannot be asked.</exception>
    public ValueTask<bool> IsCurrentAsync(BaseImage.Debootstrap suite, SuitePin pin, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(GuardAsync(suite.At, async () => await _debootstrap.IsCurrentAsync(suite, pin, progress, cancellationToken).ConfigureAwait(false)
            ?? throw new EnvironmentException(ImageDiagnostics.NoMirror(suite.Suite, "Its InRelease could not be read."))));

    private ValueTask<ResolvedImage> ResolveAsync(BaseImage image, ImageOwner owner, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(GuardAsync(image.At, async () =>
        {
            var found = await FindOrMakeAsync(image, owner, progress, cancellationToken).ConfigureAwait(false);
            var leases = found.Leases.Select(_trees.Keep).ToList();
            var lowers = await _trees.OpenStackAsync(leases, cancellationToken).ConfigureAwait(false);
            return new ResolvedImage(lowers, found.Config, found.Layers) { Leases = leases };
        }));

    private async ValueTask<ResolvedBase> FindOrMakeAsync(BaseImage image, ImageOwner owner, IProgress<string> progress, CancellationToken cancellationToken) => image switch
    {
        BaseImage.Debootstrap packages => ResolvedBase.Of(await _debootstrap.ResolveAsync(packages, progress, cancellationToken).ConfigureAwait(false)),
        BaseImage.RootFs archive => ResolvedBase.Of(await _rootFs.ResolveAsync(archive, owner, progress, cancellationToken).ConfigureAwait(false)),
        BaseImage.Oci reference => await _oci.ResolveAsync(reference, owner, progress, cancellationToken).ConfigureAwait(false),
        _ => throw new UserErrorException(ImageDiagnostics.UnsupportedBase(image.GetType().Name, image.At)),
    };

    /// <inheritdoc cref="GuardAsync{T}"/>
    internal static async Task GuardAsync(SourceSpan? at, Func<Task> work) =>
        await GuardAsync(at, async () =>
        {
            await work().ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    /// <summary>Failures of the store become what a user is told, and what has no place yet has it.</summary>
    /// <param name="at">What asked for the work.</param>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    internal static async Task<T> GuardAsync<T>(SourceSpan? at, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused("the image", e, at)); // extracted for a normal user: an owner that user's jobs cannot have
        }
        catch (IOException e)
        {
            throw new EnvironmentException(
                (e.HResult is NoSpace or DiskFull ? ImageDiagnostics.NoSpace(e.Message) : ImageDiagnostics.StoreFailed(e.Message)) with { At = at }, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EnvironmentException(ImageDiagnostics.StoreFailed(e.Message) with { At = at }, e);
        }
        catch (EnvironmentException e) when (e.Diagnostic.At is null && at is not null)
        {
            throw new EnvironmentException(e.Diagnostic with { At = at }, e);
        }
    }
}
