using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>The tree digest of what a view shows, without the view: nothing is written, and no name becomes an object.</summary>
internal sealed class ViewSummarizing(ViewRequest request) : IDisposable
{
    private readonly TreeRecordHasher _hasher = new();
    private readonly ViewDirectories _directories = new(request);
    private Timestamp _newest;

    /// <returns>The digest that the index of the view states.</returns>
    /// <exception cref="DamagedLayerException">A layer contradicts itself or its index.</exception>
    public TreeSummary Compute(CancellationToken cancellationToken)
    {
        using var walk = new ViewWalk(request.Parts);
        var hasRoot = false;
        while (walk.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = walk.Parts[walk.Part];
            if (at.Current.IsDirectory)
            {
                hasRoot |= at.Path.IsEmpty;
                Add(_directories.At(at), at.Path);
            }
            else
            {
                AddFile(at);
                _newest = at.Current.Inode.Modified > _newest ? at.Current.Inode.Modified : _newest;
            }
        }

        if (!hasRoot)
        {
            Add(_directories.At([]), []); // then there is nothing else
        }

        return new(_hasher.Finish(), _newest);
    }

    public void Dispose() => _hasher.Dispose();

    private void Add(ViewDirectory directory, ReadOnlySpan<byte> path) => _hasher.Add(new()
    {
        Kind = EntryKind.Directory,
        Path = path,
        Mode = directory.Mode,
        User = directory.User,
        Group = directory.Group,
        Modified = directory.Modified,
        Attributes = AttributeLists.Sorted(AttributePolicy.WithoutMarks(directory.Attributes)),
    });

    private void AddFile(PartWalk at)
    {
        var layer = at.Current.Layer!;
        ref readonly var inode = ref at.Current.Inode;
        var isFile = inode.Kind is EntryKind.File;
        _hasher.Add(new()
        {
            Kind = inode.Kind,
            Path = at.Path,
            Mode = inode.Kind is EntryKind.Symlink ? ViewTree.LinkMode : inode.Mode,
            User = inode.User,
            Group = inode.Group,
            Modified = inode.Modified,
            Size = isFile ? inode.Size : 0,
            Content = !isFile ? default : inode.Size == 0 ? ViewTree.EmptyContent : layer.ContentOf(at.PathInStack, inode),
            Link = inode.Kind is EntryKind.Symlink ? layer.Nodes.Target(inode, at.Path) : [],
            Attributes = AttributeLists.Sorted(AttributePolicy.WithoutMarks(layer.Nodes.Attributes(inode))),
        });
    }
}
