using System.Globalization;
using Strata.Layers.Sources;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Execution.Sources;

/// <summary>Private copies of workspaces, removed when disposed; what a killed process left is removed by the next capture.</summary>
public sealed class SourceCopies(string dataDirectory) : IWorkspaceSource, IDisposable
{
    private readonly Lock _lock = new(); // guards _copies
    private readonly List<ScratchDirectory> _copies = [];

    public async ValueTask<CapturedWorkspace> CaptureAsync(string directory, int ownerShift, CancellationToken cancellationToken)
    {
        var parent = Path.Combine(dataDirectory, "sources");
        Directory.CreateDirectory(parent);
        var copy = ScratchDirectory.Create(parent);
        lock (_lock)
        {
            _copies.Add(copy);
        }

        var source = await SourceTree.CaptureAsync(directory, copy.Path, (uint)ownerShift, dataDirectory, cancellationToken).ConfigureAwait(false);
        return new([source.Path], Binds(source.GitView), source.Path, source.Diagnostics);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var copy in _copies)
            {
                copy.Dispose();
            }

            _copies.Clear();
        }
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
