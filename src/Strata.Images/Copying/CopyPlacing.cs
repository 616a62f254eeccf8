using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>A name of the layer of a copy.</summary>
/// <param name="From">Null: a directory that only leads there, or that the image has.</param>
internal readonly record struct PlacedName(LayerEntry Entry, CopiedName? From);

/// <summary>Gives copied names their places in the image: what a layer of them holds, in path order.</summary>
internal sealed class CopyPlacing(StackTree image, RecipeStep.Copy step, bool fromWorkspace)
{
    private const uint SpecialBits = 0xe00; // set-uid, set-gid, sticky
    private const uint ReadBits = 0x124;

    private readonly (uint User, uint Group) _owner = step.Owner is { } owner ? CopyOwner.Find(owner, image, step.At) : (0, 0);
    private readonly HashSet<byte[]> _made = new(NameComparer.Instance); // directories that the image does not have

    /// <exception cref="UserErrorException">While enumerating: the image cannot take one of them (STR3162, STR3165).</exception>
    public IEnumerable<PlacedName> Place(CopyTarget target, IReadOnlyList<CopiedName> names)
    {
        foreach (var directory in CopyTarget.DirectoriesTo(target.Directory, image))
        {
            yield return new(AtTarget(directory, target), null);
        }

        foreach (var name in names)
        {
            var path = TreePath.Join(target.Directory, target.FileName ?? name.Entry.Path);
            if (path.Length >= PosixPath.LengthMax || path.AsSpan().Count((byte)'/') >= EntryPath.DepthMax)
            {
                throw new UserErrorException(CopyDiagnostics.TooLong(PosixPath.Show(name.Entry.Path), step.At));
            }

            yield return Present(name.Entry, path) is { } directory ? new(directory, null) : new(Changed(name.Entry, path, target), name);
        }
    }

    private LayerEntry AtTarget(LayerEntry directory, CopyTarget target)
    {
        if (image.Find(directory.Path) is not null)
        {
            return directory;
        }

        _made.Add(directory.Path);
        var isTarget = target.FileName is null && directory.Path.Length == target.Directory.Length; // the user's own: the ones above it are not
        return isTarget ? directory with { User = _owner.User, Group = _owner.Group } : directory;
    }

    /// <summary>The directory that is there, if the copied name is one. Null: nothing is there, or what gives way.</summary>
    private LayerEntry? Present(LayerEntry copied, byte[] path)
    {
        var isDirectory = copied.Kind is EntryKind.Directory;
        if (_made.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(path.AsSpan(0, TreePath.ParentLength(path))) || image.Find(path) is not { } present)
        {
            if (isDirectory)
            {
                _made.Add(path);
            }

            return null;
        }

        if (isDirectory != present.Kind is EntryKind.Directory)
        {
            var help = present.Kind is EntryKind.Symlink ? $"It is a link to '{PosixPath.Show(present.Link)}': copy there." : null;
            throw new UserErrorException(CopyDiagnostics.KindsDiffer(
                PosixPath.Show(path), CopyDiagnostics.KindName(copied.Kind), CopyDiagnostics.KindName(present.Kind), help, step.At));
        }

        return isDirectory ? present : null;
    }

    private LayerEntry Changed(LayerEntry copied, byte[] path, CopyTarget target) => copied with
    {
        Path = path,
        Mode = ModeOf(copied),
        User = _owner.User,
        Group = _owner.Group,
        Modified = BuildTime.Epoch,
        Link = copied.Kind is EntryKind.HardLink ? TreePath.Join(target.Directory, copied.Link) : copied.Link,
        Attributes = step.Mode is null ? copied.Attributes : [.. copied.Attributes.Where(static a => !a.Name.AsSpan().SequenceEqual("system.posix_acl_access"u8))],
    };

    private uint ModeOf(LayerEntry copied) => copied.Kind switch
    {
        EntryKind.Symlink or EntryKind.HardLink => copied.Mode,
        EntryKind.Directory when step.Mode is { } mode => mode | ((mode & ReadBits) >> 2),
        _ when step.Mode is { } mode => mode,
        _ => fromWorkspace ? copied.Mode & ~SpecialBits : copied.Mode,
    };
}
