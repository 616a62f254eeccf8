using System.Runtime.CompilerServices;
using Strata.Artifacts.Records;
using Strata.Caching.Entries;
using Strata.Cli.Configuration;
using Strata.Cli.Storage;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Core.Tasks;
using Strata.Execution.Entries;
using Strata.Execution.Running;
using Strata.Execution.Sources;
using Strata.Images;
using Strata.Images.Building;
using Strata.Layers.Sources;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Runs.Records;
using Strata.Sandbox;

namespace Strata.Cli;

/// <summary>Puts the modules together for one process: the only place that knows all of them. Disposing ends sandboxes, then lets go of sources and images.</summary>
internal sealed class LocalPlatform : IAsyncDisposable
{
    private readonly HostStorage? _storage; // null: layers are on this disk alone
    private readonly WorkspaceLayers _sources;
    private readonly ISandboxHost _host;
    private readonly Lazy<ImageResolver> _images;
    private readonly string _dataDirectory;
    private readonly ConfigurationFile _configuration;
    private readonly Lazy<WorkflowRunner> _runner;
    private Task? _cleaned;

    /// <exception cref="EnvironmentException">No state can be written to the data directory.</exception>
    public LocalPlatform(string dataDirectory, ConfigurationFile configuration)
    {
        Cli.DataDirectory.Open(dataDirectory);
        (_dataDirectory, _configuration) = (dataDirectory, configuration);
        _storage = configuration.Storage is { } location ? HostStorage.Open(dataDirectory, location, configuration.LayersBytesMax) : null;
        _sources = new(dataDirectory, TimeProvider.System, _storage?.Layers);
        _host = SandboxModule.OpenHost(new() { DataDirectory = dataDirectory, RuntimePath = configuration.Runtime });
        _images = new(() => new(dataDirectory, () => OwnersOf(_host), TimeProvider.System, configuration.InsecureRegistries, _storage?.Layers));
        _runner = new(() => new(new ExecutionServices
        {
            OpenHost = cancellationToken => new(OpenHostAsync(cancellationToken)),
            OpenImages = OpenBuilder,
            OpenEntries = OpenEntries,
            Source = _sources,
            Hasher = new GlobFileHasher(),
        }));
    }

    /// <summary>Where layers come from and go to, of everything that runs here.</summary>
    public ILayerStore Layers => _storage is null ? new LocalLayerStore(_dataDirectory, TimeProvider.System) : _storage.Layers;

    public HostStorage? Storage => _storage;

    /// <summary>Copies of layers that are stored elsewhere go until this host's share is kept.</summary>
    public ValueTask TrimLayersAsync(CancellationToken cancellationToken) => _storage?.TrimAsync(cancellationToken) ?? ValueTask.CompletedTask;

    public IWorkflowRunner Runner => _runner.Value;

    public ImageResolver Bases => _images.Value;

    /// <summary>The visible files of a directory, to be read: nothing is mounted. The caller disposes the lease.</summary>
    public Task<SourceLayer> ReadWorkspaceAsync(string directory, string organization, CancellationToken cancellationToken) =>
        _sources.ReadAsync(directory, organization, cancellationToken);

    /// <summary>For one run or command, which disposes it.</summary>
    public ImageBuilder OpenBuilder() => new(_images.Value, _dataDirectory, () => OwnersOf(_host), TimeProvider.System);

    private EntryServices OpenEntries(RunIdentity identity, int ownerShift)
    {
        var store = Layers;
        var org = LayerOrg.Of(identity.Organization);
        var place = store.Of(org);
        var scratch = Path.Combine(_dataDirectory, "scratch");
        Directory.CreateDirectory(scratch);
        var owners = ownerShift == 0 ? OwnerPolicy.Root : OwnerPolicy.Rootless with { Shift = (uint)ownerShift };
        var database = new Database(_dataDirectory, TimeProvider.System);
        var saved = new AttemptLayers();
        return new(
            new RunRecords(database, TimeProvider.System, LeaseHolder.Current), new ArtifactRecords(database, TimeProvider.System, _configuration.Artifacts ?? ArtifactLimits.Default),
            new CacheEntries(database, TimeProvider.System, saved, _configuration.Cache.Ttl), saved,
            new(place, new LayerViews(place, [store.Public]), new LayerTrees(_dataDirectory, owners), scratch), store.UploadsOf(org), database);
    }

    /// <summary>A run will come: what it needs to know of this machine is found out while its workflow is read.</summary>
    public void WarmUp()
    {
        _host.WarmUp();
        _cleaned = CleanUpAsync(CancellationToken.None);
    }

    /// <inheritdoc cref="ISandboxHost.EndSandboxesAsync"/>
    public Task EndSandboxesAsync() => _host.EndSandboxesAsync();

    /// <summary>Removes what killed runs left in a data directory.</summary>
    /// <returns>How many dead sandboxes were found.</returns>
    public static async Task<int> CleanAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var host = SandboxModule.OpenHost(new() { DataDirectory = dataDirectory });
        await using (host.ConfigureAwait(false))
        {
            ImageResolver.RemoveLeftovers(dataDirectory, OwnersOf(host), TimeProvider.System);
            return await host.CleanUpAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cleaned is not null)
        {
            await _cleaned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who opened the host was told
        }

        await _host.DisposeAsync().ConfigureAwait(false);
        _sources.Dispose();
        if (_images.IsValueCreated)
        {
            _images.Value.Dispose();
        }

        if (_storage is not null)
        {
            await _storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Images without sandboxes: to be listed, moved, pinned. The caller disposes it.</summary>
    public static ImageResolver OpenImages(string dataDirectory, ConfigurationFile configuration) =>
        new(dataDirectory, static () => OwnerPolicy.Root, TimeProvider.System, configuration.InsecureRegistries);

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<ISandboxHost> OpenHostAsync(CancellationToken cancellationToken)
    {
        await (_cleaned ??= CleanUpAsync(cancellationToken)).ConfigureAwait(false);
        return _host;
    }

    /// <summary>Of killed runs: a look into one directory when there are none.</summary>
    private Task<int> CleanUpAsync(CancellationToken cancellationToken) => Task.Run(() => _host.CleanUpAsync(cancellationToken), cancellationToken);

    private static OwnerPolicy OwnersOf(ISandboxHost host) =>
        host.TreeOwnerShift == 0 ? OwnerPolicy.Root : OwnerPolicy.Rootless with { Shift = (uint)host.TreeOwnerShift };
}
