using Strata.Execution.Running;
using Strata.Execution.Sources;
using Strata.Images;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Cli;

/// <summary>Puts the modules together for one process: the only place that knows all of them. Disposing lets go of sources and images.</summary>
internal sealed class LocalPlatform : IDisposable
{
    private readonly WorkspaceLayers _sources;
    private readonly ISandboxHost _host;
    private readonly Lazy<ImageResolver> _images;
    private readonly Lazy<WorkflowRunner> _runner;

    /// <param name="runtime">A configured OCI runtime, or null.</param>
    public LocalPlatform(string dataDirectory, string? runtime)
    {
        _sources = new(dataDirectory, TimeProvider.System);
        _host = SandboxModule.OpenHost(new() { DataDirectory = dataDirectory, RuntimePath = runtime });
        _images = new(() => new(dataDirectory, OwnersOf(_host), TimeProvider.System));
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

    private static OwnerPolicy OwnersOf(ISandboxHost host) =>
        host.TreeOwnerShift == 0 ? OwnerPolicy.Root : OwnerPolicy.Rootless with { Shift = (uint)host.TreeOwnerShift };
}
