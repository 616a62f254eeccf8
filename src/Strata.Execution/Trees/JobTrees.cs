using System.Text;
using Strata.Core;
using Strata.Execution.Sources;
using Strata.Images;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Execution.Trees;

/// <summary>
/// What a job's file system stands on: image and source, and what is restored on them before it starts; and what the job wrote there, once its steps have ended.
/// Not for concurrent use.
/// </summary>
internal sealed class JobTrees : IDisposable
{
    private const int UserFileSizeMax = 1 << 20;

    /// <summary>An overlay of Linux takes 500 (fs/overlayfs, OVL_MAX_STACK).</summary>
    private const int TreesMax = 200;

    private static readonly byte[] WorkspacePath = Encoding.UTF8.GetBytes(SandboxSpec.WorkspacePath.TrimStart('/'));
    private static readonly byte[] TemporaryPath = "tmp"u8.ToArray();

    private readonly RunLayers _layers;
    private readonly Side _root;
    private readonly Side _workspace;

    public JobTrees(ResolvedImage image, CapturedWorkspace workspace, RunLayers layers)
    {
        _layers = layers;
        _root = new(image.Lowers, image.Leases);
        _workspace = new(workspace.Lowers, [workspace.Layer]);
    }

    /// <summary>Whether so many trees more fit below both overlays, with room for what a job takes besides caches.</summary>
    public bool HasRoomFor(int trees) => RootLowers.Count + WorkspaceLowers.Count + trees <= TreesMax;

    /// <summary>For <see cref="SandboxSpec.RootLowers"/>.</summary>
    public IReadOnlyList<SandboxTree> RootLowers => _root.Trees;

    /// <summary>For <see cref="SandboxSpec.WorkspaceLowers"/>.</summary>
    public IReadOnlyList<SandboxTree> WorkspaceLowers => _workspace.Trees;

    /// <summary>Who runs the job's commands. Null: the image has no such user.</summary>
    /// <param name="user">As the image says it.</param>
    public ImageUser? FindUser(string? user) => ImageUser.IsRoot(user) ? ImageUser.Root : ImageUser.Find(user, TextOf("etc/passwd"u8), TextOf("etc/group"u8));

    /// <summary>Where a path leads in what lies below so far.</summary>
    /// <exception cref="IOException">What lies below cannot be read.</exception>
    public PlaceResolution Resolve(string absolute, ImageUser owner) =>
        new PlaceResolver(LowerTrees.WithMount(_root.Names, WorkspacePath, _workspace.Names), (uint)owner.UserId, (uint)owner.GroupId)
            .Resolve(Encoding.UTF8.GetBytes(absolute));

    /// <summary>Whether a directory is there in what lies below so far.</summary>
    public bool IsDirectory(JobPlace place) => (place.Overlay is JobOverlay.Workspace ? _workspace : _root).Names.Find(place.Path) is { Kind: EntryKind.Directory };

    /// <summary>The overlay a resolved path lies in.</summary>
    public static JobPlace PlaceOf(byte[] path)
    {
        foreach (var (mount, overlay) in (ReadOnlySpan<(byte[], JobOverlay)>)[(WorkspacePath, JobOverlay.Workspace), (TemporaryPath, JobOverlay.Temporary)])
        {
            if (path.AsSpan().SequenceEqual(mount))
            {
                return new(overlay, []);
            }

            if (TreePath.IsBelow(path, mount))
            {
                return new(overlay, path[(mount.Length + 1)..]);
            }
        }

        return new(JobOverlay.Root, path);
    }

    /// <summary>Lays a tree on what is there.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    /// <returns>False: a layer that one of them stands on is gone.</returns>
    public async ValueTask<bool> RestoreAsync(RestorePlace place, IReadOnlyList<LayerLease> layers, CancellationToken cancellationToken)
    {
        if (await OpenAsync(place, layers, cancellationToken).ConfigureAwait(false) is not { } tree)
        {
            return false;
        }

        Add(tree);
        return true;
    }

    /// <summary>Makes a tree ready to be laid on what is there.</summary>
    /// <param name="place">As <see cref="Resolve"/> gave it; not in /tmp.</param>
    /// <param name="layers">Bottom first; held by the caller until the job has ended.</param>
    /// <returns>Null: a layer that one of them stands on is gone.</returns>
    /// <exception cref="Layers.DamagedLayerException">One contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async ValueTask<RestoredTree?> OpenAsync(RestorePlace place, IReadOnlyList<LayerLease> layers, CancellationToken cancellationToken)
    {
        var opening = await _layers.Views.OpenAsync(PlaceIn(place).Restore(layers), cancellationToken).ConfigureAwait(false);
        if (opening.Lease is null)
        {
            return null;
        }

        var view = _layers.Trees.Keep(opening.Lease);
        return new(PlaceOf(place.Path).Overlay is JobOverlay.Workspace, await _layers.Trees.OpenSharedAsync(view, cancellationToken).ConfigureAwait(false), view);
    }

    /// <summary>Makes the view that laying a tree there will need, so that the next job to do so finds it.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public async ValueTask PrepareAsync(RestorePlace place, IReadOnlyList<LayerLease> layers, CancellationToken cancellationToken) =>
        (await _layers.Views.OpenAsync(PlaceIn(place).Restore(layers), cancellationToken).ConfigureAwait(false)).Lease?.Dispose();

    /// <summary>As seen from the overlay it lies in, whose root it may be.</summary>
    private static RestorePlace PlaceIn(RestorePlace place) =>
        place.Path.AsSpan().SequenceEqual(WorkspacePath) ? new([], []) : place.Below(WorkspacePath) ?? place;

    public void Add(RestoredTree tree) => (tree.IsInWorkspace ? _workspace : _root).Add(tree.Tree, tree.View);

    /// <summary>What an overlay stands on, bottom first; held as long as this.</summary>
    public IReadOnlyList<LayerLease> LayersOf(JobOverlay overlay) => overlay switch
    {
        JobOverlay.Root => _root.Images,
        JobOverlay.Workspace => _workspace.Images,
        _ => [],
    };

    /// <summary>What the job wrote. The caller disposes it, before this.</summary>
    public WrittenOverlay Open(JobOverlay overlay, ISandbox sandbox)
    {
        var side = overlay switch
        {
            JobOverlay.Workspace => _workspace,
            JobOverlay.Temporary => null,
            _ => _root,
        };
        return new(side?.Layers ?? [], UpperOf(overlay, sandbox), _layers.Scratch, side?.Tree);
    }

    /// <summary>As jobs see it, without a slash at its end.</summary>
    public static string MountOf(JobOverlay overlay) => overlay switch
    {
        JobOverlay.Workspace => SandboxSpec.WorkspacePath,
        JobOverlay.Temporary => "/tmp",
        _ => "",
    };

    /// <summary>The same from the root, without the slash at its beginning.</summary>
    public static byte[] MountBytesOf(JobOverlay overlay) => Encoding.UTF8.GetBytes(MountOf(overlay).TrimStart('/'));

    /// <summary>Where a sandbox keeps what is written.</summary>
    public static UpperDirectory UpperOf(JobOverlay overlay, ISandbox sandbox)
    {
        var upper = overlay switch
        {
            JobOverlay.Workspace => sandbox.WorkspaceUpper,
            JobOverlay.Temporary => sandbox.TemporaryDirectory,
            _ => sandbox.RootUpper,
        };
        var format = sandbox.UpperFormat;
        return new(upper, new(format.OwnerShift, format.IdMax), format.UserXattr, UpperDirectory.MountPointsBelow(MountOf(overlay), sandbox.MountPointStubs));
    }

    public void Dispose()
    {
        _root.Dispose();
        _workspace.Dispose();
    }

    private string? TextOf(ReadOnlySpan<byte> path) => _root.Names.ReadFile(path, UserFileSizeMax) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>One of the two overlays.</summary>
    private sealed class Side(IReadOnlyList<SandboxTree> trees, IReadOnlyList<LayerLease> leases) : IDisposable
    {
        private readonly List<SandboxTree> _trees = [.. trees];
        private readonly List<LayerLease> _images = [.. leases];
        private readonly List<LowerLayer> _layers = [.. leases.Select(LowerLayer.Of)];
        private readonly Dictionary<Digest, SandboxTree> _added = []; // those of _trees that a view is
        private StackTree? _names;
        private Lazy<MergedTree>? _tree;

        public IReadOnlyList<SandboxTree> Trees => _trees;

        public IReadOnlyList<LayerLease> Images => _images;

        public IReadOnlyList<LowerLayer> Layers => _layers;

        /// <summary>What the layers show, read once: hermetic steps ask again and again.</summary>
        public Lazy<MergedTree> Tree => _tree ??= new(() => WrittenOverlay.Read(_layers));

        /// <summary>What is there by name; what is restored later is not in it.</summary>
        public StackTree Names => _names ??= new(_images);

        /// <summary>On top. The same tree below shows nothing then, and no overlay takes one twice.</summary>
        public void Add(SandboxTree tree, ViewLease view)
        {
            if (_added.Remove(view.Image.Digest, out var below))
            {
                var at = _images.FindLastIndex(image => image.Digest == view.Image.Digest);
                _trees.Remove(below);
                _images.RemoveAt(at);
                _layers.RemoveAt(at);
            }

            _added.Add(view.Image.Digest, tree);
            _trees.Add(tree);
            _images.Add(view.Image);
            _layers.Add(LowerLayer.Of(view));
            _names?.Dispose();
            _names = null;
            _tree = null;
        }

        public void Dispose() => _names?.Dispose();
    }
}
