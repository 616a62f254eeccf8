using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>What a runtime leaves in an upper to mount on: empty files and directories, that hold nothing but others of them. They are no change of a job.</summary>
internal sealed class MountPointStubs(IEnumerable<byte[]> mountPoints, UpperReader reader)
{
    private readonly HashSet<byte[]> _mountPoints = new(mountPoints, NameComparer.Instance);

    /// <param name="path">Of the name, as the overlay shows it.</param>
    public bool IsStub(MergedDirectory parent, UpperEntry upper, byte[] path)
    {
        if (!_mountPoints.Contains(path))
        {
            return false;
        }

        if (upper.Entry.Kind is not EntryKind.Directory)
        {
            return IsEmptyFile(upper.Entry);
        }

        using var directory = UpperReader.TryOpenDirectory(parent.Upper!, upper.Name);
        return directory is not null && HoldsStubsOnly(directory, path, EntryPath.DepthMax);
    }

    /// <summary>Or a link to where something was mounted.</summary>
    private bool IsEmptyFile(LayerEntry entry) =>
        entry is { Kind: EntryKind.File, Size: 0 } || (entry is { Kind: EntryKind.Symlink, Link: [(byte)'/', .. var target] } && _mountPoints.Contains(target));

    private bool HoldsStubsOnly(SafeFileHandle directory, byte[] path, int depthLeft)
    {
        foreach (var child in reader.Read(directory))
        {
            var childPath = TreePath.Join(path, child.Name);
            if (depthLeft == 0 || !_mountPoints.Contains(childPath) || (child.Entry.Kind is not EntryKind.Directory && !IsEmptyFile(child.Entry)))
            {
                return false;
            }

            if (child.Entry.Kind is EntryKind.Directory)
            {
                using var below = UpperReader.TryOpenDirectory(directory, child.Name);
                if (below is null || !HoldsStubsOnly(below, childPath, depthLeft - 1))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
