using System.Buffers;
using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>Puts copied names into their places in the image, one after the other in path order, and writes them as a layer.</summary>
internal sealed class CopyWriting(StackTree image, RecipeStep.Copy step, bool fromWorkspace, LayerBuilder layer) : IDisposable
{
    private const int BufferSize = 1 << 20;
    private const uint SpecialBits = 0xe00; // set-uid, set-gid, sticky
    private const uint ReadBits = 0x124;

    private readonly (uint User, uint Group) _owner = step.Owner is { } owner ? CopyOwner.Find(owner, image, step.At) : (0, 0);
    private readonly HashSet<byte[]> _made = new(NameComparer.Instance); // directories that the image does not have
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);

    public void Write(CopyTarget target, IReadOnlyList<CopiedName> names, CancellationToken cancellationToken)
    {
        AddTarget(target);
        foreach (var (copied, source, file) in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = TreePath.Join(target.Directory, target.FileName ?? copied.Path);
            if (path.Length >= PosixPath.LengthMax || path.AsSpan().Count((byte)'/') >= EntryPath.DepthMax)
            {
                throw new UserErrorException(CopyDiagnostics.TooLong(PosixPath.Show(copied.Path), step.At));
            }

            var entry = Placed(copied, path, target);
            if (entry is not { Kind: EntryKind.File, Size: > 0 })
            {
                layer.Add(entry);
                continue;
            }

            layer.BeginFile(entry);
            for (var at = 0L; at < entry.Size;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var piece = _buffer.AsSpan(0, (int)Math.Min(BufferSize, entry.Size - at));
                source.ReadContent(file, at, piece);
                layer.Write(piece);
                at += piece.Length;
            }

            layer.EndFile();
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void AddTarget(CopyTarget target)
    {
        foreach (var directory in CopyTarget.DirectoriesTo(target.Directory, image))
        {
            if (image.Find(directory.Path) is not null)
            {
                layer.Add(directory);
                continue;
            }

            _made.Add(directory.Path);
            var isTarget = target.FileName is null && directory.Path.Length == target.Directory.Length; // the user's own: the ones above it are not
            layer.Add(isTarget ? directory with { User = _owner.User, Group = _owner.Group } : directory);
        }
    }

    private LayerEntry Placed(LayerEntry copied, byte[] path, CopyTarget target)
    {
        var isDirectory = copied.Kind is EntryKind.Directory;
        if (_made.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(path.AsSpan(0, TreePath.ParentLength(path))) || image.Find(path) is not { } present)
        {
            if (isDirectory)
            {
                _made.Add(path);
            }
        }
        else if (isDirectory != present.Kind is EntryKind.Directory)
        {
            var help = present.Kind is EntryKind.Symlink ? $"It is a link to '{PosixPath.Show(present.Link)}': copy there." : null;
            throw new UserErrorException(CopyDiagnostics.KindsDiffer(
                PosixPath.Show(path), CopyDiagnostics.KindName(copied.Kind), CopyDiagnostics.KindName(present.Kind), help, step.At));
        }
        else if (isDirectory)
        {
            return present;
        }

        return copied with
        {
            Path = path,
            Mode = ModeOf(copied),
            User = _owner.User,
            Group = _owner.Group,
            Modified = BuildTime.Epoch,
            Link = copied.Kind is EntryKind.HardLink ? TreePath.Join(target.Directory, copied.Link) : copied.Link,
            Attributes = step.Mode is null ? copied.Attributes : [.. copied.Attributes.Where(static a => !a.Name.AsSpan().SequenceEqual("system.posix_acl_access"u8))],
        };
    }

    private uint ModeOf(LayerEntry copied) => copied.Kind switch
    {
        EntryKind.Symlink or EntryKind.HardLink => copied.Mode,
        EntryKind.Directory when step.Mode is { } mode => mode | ((mode & ReadBits) >> 2),
        _ when step.Mode is { } mode => mode,
        _ => fromWorkspace ? copied.Mode & ~SpecialBits : copied.Mode,
    };
}
