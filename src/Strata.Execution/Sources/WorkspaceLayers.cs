using System.Globalization;
using System.Runtime.CompilerServices;
using Strata.Core.Tasks;
using Strata.Images;
using Strata.Layers.Sources;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Execution.Sources;

/// <summary>Workspaces as layers of this host. Disposing lets go of the layers and removes what was made of repositories for jobs.</summary>
/// <param name="layers">Of the data directory; null: on its disk alone.</param>
public sealed class WorkspaceLayers(string dataDirectory, TimeProvider time, ILayerStore? layers = null) : IWorkspaceSource, IDisposable
{
    private readonly SourceLayers _sources = new(dataDirectory, time);
    private readonly ILayerStore _store = layers ?? new LocalLayerStore(dataDirectory, time);
    private readonly Lock _lock = new(); // guards _held
    private readonly Stack<IDisposable> _held = [];

    public ValueTask<CapturedWorkspace> CaptureAsync(string directory, string organization, int ownerShift, CancellationToken cancellationToken) =>
        new(PackAsync(directory, organization, ownerShift, cancellationToken));

    /// <summary>The layer alone, for who runs no job on it. The caller disposes its lease.</summary>
    public Task<SourceLayer> ReadAsync(string directory, string organization, CancellationToken cancellationToken)
    {
        var org = LayerOrg.Of(organization);
        return _sources.CaptureAsync(directory, org, _store.Of(org), cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<CapturedWorkspace> PackAsync(string directory, string organization, int ownerShift, CancellationToken cancellationToken)
    {
        var owners = ownerShift == 0 ? OwnerPolicy.Root : OwnerPolicy.Rootless with { Shift = (uint)ownerShift };
        var org = LayerOrg.Of(organization);
        var trees = Hold(new LayerTrees(dataDirectory, owners));
        var before = GitState.Read(directory);
        var early = before is null ? null : Task.Run(() => WriteGitView(before, owners.Shift), CancellationToken.None); // beside git's listing, which takes as long
        try
        {
            var source = await _sources.CaptureAsync(directory, org, _store.Of(org), cancellationToken).ConfigureAwait(false);
            var tree = await trees.OpenAsync(source.Lease, cancellationToken).ConfigureAwait(false);
            var view = source.Git is null ? null
                : source.Git == before ? await early!.ConfigureAwait(false)
                : WriteGitView(source.Git, owners.Shift); // HEAD moved meanwhile
            return new([tree], Binds(view), source.Diagnostics, source.Lease);
        }
        finally
        {
            if (early is not null)
            {
                await ((Task)early).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_held.TryPop(out var held))
            {
                held.Dispose();
            }
        }
    }

    private GitView WriteGitView(GitState git, uint owner)
    {
        var parent = Path.Combine(dataDirectory, "git");
        Directory.CreateDirectory(parent);
        return GitView.Write(git, Hold(ScratchDirectory.Create(parent)).Path, owner);
    }

    private T Hold<T>(T disposable)
        where T : IDisposable
    {
        lock (_lock)
        {
            _held.Push(disposable);
        }

        return disposable;
    }

    private static List<BindMount> Binds(GitView? git)
    {
        if (git is null)
        {
            return [];
        }

        List<BindMount> binds = [new(git.Directory, $"{SandboxSpec.WorkspacePath}/.git", ReadOnly: true)];
        for (var i = 0; i < git.Objects.Count; i++)
        {
            binds.Add(new(git.Objects[i], string.Create(CultureInfo.InvariantCulture, $"{GitView.ObjectsPath}/{i}"), ReadOnly: true));
        }

        return binds;
    }
}
