using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Sources;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Sources;

/// <summary>A layer of a workspace, and its files to look at.</summary>
internal sealed record CapturedTree(SourceLayer Source, string Path, GitView GitView);

/// <summary>Captures workspaces as an organization would, into a store below the test's directory.</summary>
internal sealed class SampleSources : IDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly List<SourceLayer> _captured = [];

    public SampleSources(TemporaryDirectory directory)
    {
        _directory = directory;
        Layers = new LocalLayerStore(Data, TimeProvider.System).Of(Org);
    }

    public static LayerOrg Org { get; } = LayerOrg.Of("acme");

    /// <summary>In the workspace, as a user may have it.</summary>
    public string Data => _directory.Combine("workspace", ".data");

    public ILayerPlace Layers { get; }

    public async Task<SourceLayer> FindAsync(string workspace)
    {
        var source = await new SourceLayers(Data, TimeProvider.System).CaptureAsync(workspace, Org, Layers, CancellationToken.None);
        _captured.Add(source);
        return source;
    }

    public async Task<CapturedTree> CaptureAsync(string workspace)
    {
        var source = await FindAsync(workspace);
        var target = _directory.Combine($"tree-{Guid.NewGuid():n}");
        Directory.CreateDirectory(target);
        using (var reader = ErofsReader.Open(source.Lease.Image, ownsFile: false))
        {
            await LayerExtractor.ToDirectoryAsync(reader, target, new(OwnerPolicy.Root, ExtractedMarks.Trusted), CancellationToken.None);
        }

        var git = _directory.Combine($"git-{Guid.NewGuid():n}");
        return new(source, target, source.Git is null ? new("", []) : GitView.Write(source.Git, git, 0));
    }

    public void Release()
    {
        _captured.ForEach(s => s.Lease.Dispose());
        _captured.Clear();
    }

    public void Dispose() => Release();
}
