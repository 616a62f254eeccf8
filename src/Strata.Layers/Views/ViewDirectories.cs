using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>What the directories of a view are like.</summary>
internal sealed class ViewDirectories
{
    private readonly ViewRequest _request;
    private readonly Dictionary<byte[], ViewDirectory> _given = new(NameComparer.Instance);

    public ViewDirectories(ViewRequest request)
    {
        _request = request;
        foreach (var directory in request.Directories)
        {
            _given[directory.Path] = directory;
        }
    }

    /// <summary>The one a part stands on.</summary>
    public ViewDirectory At(PartWalk at)
    {
        if (at.Current.Layer is null)
        {
            return At(at.Path);
        }

        ref readonly var inode = ref at.Current.Inode;
        var (user, group) = _request.OwnedBy ?? (inode.User, inode.Group);
        return new([], inode.Mode, user, group, _request.Modified ?? inode.Modified, at.Current.Attributes);
    }

    /// <summary>One that no part shows.</summary>
    public ViewDirectory At(ReadOnlySpan<byte> path)
    {
        if (_given.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path, out var given))
        {
            return given;
        }

        var (user, group) = _request.OwnedBy ?? (0, 0);
        return ViewDirectory.Default(path.ToArray(), user, group, _request.Modified ?? ViewDirectory.DefaultModified);
    }
}
