using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>
/// Makes the layer of a state: owner 0, permissions without set-id bits, no attributes. What is read is what the state says: a file that changed since is
/// refused, so the layer is the workspace as it was at one moment.
/// </summary>
internal sealed class SourcePacking(int root, SourceState state, SourceLayout layout, IReadOnlyDictionary<int, SteadyFile> steady)
{
    private const uint PermissionBits = 0x1ff;
    private const uint OwnerBits = 0x1c0;

    private static readonly PackOptions Options = new() { Attributes = false };

    private readonly Digest[] _contents = new Digest[state.Names.Count];

    /// <summary>Of files, and of links' targets.</summary>
    public Digest[] Contents => _contents;

    /// <exception cref="TreeChangedException">Something is not what the state says any more.</exception>
    /// <exception cref="IOException">Something cannot be read, or the target not be written.</exception>
    public async Task<PackedLayer> RunAsync(LayerTarget target, CancellationToken cancellationToken)
    {
        using var builder = new LayerBuilder(target);
        var files = new PagedList<PendingFile>();
        var inodes = new List<(int Name, int Inode)>();
        var blocks = AddNames(builder.Tree, files, inodes);
        builder.ExpectNames(blocks);
        await new ContentPipeline(() => new HostContent(root, builder.Tree, files, Options), builder, files).RunAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (name, inode) in inodes)
        {
            _contents[name] = builder.Tree.ContentOf(builder.Tree.InodeAt(inode));
        }

        foreach (var (name, file) in steady)
        {
            builder.BeginFile(Entry(name, EntryKind.File) with { Size = file.Content.Length, Modified = file.Stamp.Modified });
            builder.Write(file.Content);
            _contents[name] = builder.EndFile();
        }

        return builder.Finish();
    }

    /// <returns>How many blocks the files' contents take.</returns>
    private long AddNames(EntryTree tree, PagedList<PendingFile> files, List<(int Name, int Inode)> inodes)
    {
        var blocks = 0L;
        tree.Add(new() { Kind = EntryKind.Directory, Path = [], Mode = 0x1ed, User = 0, Group = 0, Modified = layout.RootTime });
        for (var i = 0; i < state.Names.Count; i++)
        {
            if (!layout.IsShown(i) || steady.ContainsKey(i))
            {
                continue;
            }

            ref readonly var stamp = ref state.Stamps[i];
            switch (stamp.Kind)
            {
                case FileKind.Regular:
                    inodes.Add((i, tree.Add(Entry(i, EntryKind.File) with { Size = stamp.Size })));
                    files.Add(new(tree.NodeCount - 1, stamp.Inode, unchecked((stamp.ChangeSeconds * 1_000_000_000) + stamp.ChangeNanoseconds)));
                    blocks += ErofsFormat.BlocksOf(stamp.Size);
                    break;
                case FileKind.Symlink:
                    var link = SourceLink.Read(root, state.Names[i]) is { } read && read.Stamp.Equals(stamp)
                        ? read.Target
                        : throw new TreeChangedException(PosixPath.Show(state.Names[i]));
                    tree.Add(Entry(i, EntryKind.Symlink) with { Link = link });
                    _contents[i] = Digest.Of(link);
                    break;
                default:
                    tree.Add(Entry(i, EntryKind.Directory));
                    break;
            }
        }

        return blocks;
    }

    private LayerEntry Entry(int name, EntryKind kind) => new()
    {
        Kind = kind,
        Path = state.Names[name].ToArray(),
        Mode = kind is EntryKind.Symlink ? PermissionBits : (state.Stamps[name].Mode & PermissionBits) | (kind is EntryKind.Directory ? OwnerBits : 0),
        User = 0,
        Group = 0,
        Modified = layout.TimeOf(name),
    };
}
