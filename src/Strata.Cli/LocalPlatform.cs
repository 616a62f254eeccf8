using Strata.Cli.Configuration;
using Strata.Execution.Running;
using Strata.Execution.Sources;
using Strata.Images;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Cli;

/// <summary>Puts the modules together for one process: the only place that knows all of them. Disposing removes its copies of sources and lets go of images.</summary>
internal sealed class LocalPlatform : IDisposable
{
    private readonly SourceCopies _sources;
    private readonly ISandboxHost _host;
    private readonly Lazy<ImageResolver> _images;
    private readonly Lazy<WorkflowRunner> _runner;

    public LocalPlatform(string dataDirectory, ConfigurationFile configuration)
    {
        _sources = new(dataDirectory);
        _host = SandboxModule.OpenHost(new() { DataDirectory = dataDirectory, RuntimePath = configuration.Runtime });
        _images = new(() => new(dataDirectory, OwnersOf(_host), TimeProvider.System, configuration.InsecureRegistries));
        _runner = new(() => new(new ExecutionServices
        {
            OpenHost = async cancellationToken =>
            {
                await _host.CleanUpAsync(cancellationToken).ConfigureAwait(false); // of killed runs; a look into one directory when there are none
                return _host;
            },
            Images = _images.Value,
            Source = _sources,
            Hasher = new GlobFileHasher(),
        }));
    }

    public IWorkflowRunner Runner => _runner.Value;

    /// <summary>A run will come: what it needs to know of this machine is found out while its workflow is read.</summary>
    public void WarmUp() => _host.WarmUp();

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

    public void Dispose()
    {
        _sources.Dispose();
        if (_images.IsValueCreated)
        {
            _images.Value.Dispose();
        }
    }

    /// <summary>Images without sandboxes: to be listed, moved, pinned. The caller disposes it.</summary>
    public static ImageResolver OpenImages(string dataDirectory, ConfigurationFile configuration) =>
        new(dataDirectory, OwnerPolicy.Root, TimeProvider.System, configuration.InsecureRegistries);

    private static OwnerPolicy OwnersOf(ISandboxHost host) =>
        host.TreeOwnerShift == 0 ? OwnerPolicy.Root : OwnerPolicy.Rootless with { Shift = (uint)host.TreeOwnerShift };
}
