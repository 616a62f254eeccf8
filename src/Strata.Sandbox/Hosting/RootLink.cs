using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>A link in a job's root, made before the job runs. The image is not trusted: every name is resolved in that root.</summary>
internal static class RootLink
{
    private const uint DirectoryMode = 0b111_101_101;
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW

    /// <summary>With the directories above. Nothing happens if something of that name is there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal static void Make(SafeFileHandle root, string path, string target, uint owner)
    {
        var name = path.LastIndexOf('/');
        using var parent = OpenOrMake(root, path[..name], (owner, owner));
        if (LibC.LinkAt(target, parent.Number(), path[(name + 1)..]) < 0)
        {
            if (Errno.Last != Errno.Exists)
            {
                throw Errno.Failure(path);
            }
        }
        else
        {
            _ = LibC.ChangeOwnerAt(parent.Number(), path[(name + 1)..], owner, owner, NoFollow);
        }
    }

    /// <summary>A directory, with those above that are absent.</summary>
    internal static SafeFileHandle OpenOrMake(SafeFileHandle root, string path, (uint User, uint Group) owner)
    {
        const int Flags = OpenFlags.Path;
        if (Descriptor.OpenInRoot(root, path.Length == 0 ? "/" : path, Flags | OpenFlags.Directory, out _) is { } found)
        {
            return found;
        }

        var name = path.LastIndexOf('/');
        if (name < 0)
        {
            throw Errno.Failure(path);
        }

        using var parent = OpenOrMake(root, path[..name], owner);
        if (LibC.MakeDirectoryAt(parent.Number(), path[(name + 1)..], DirectoryMode) < 0
            || LibC.ChangeOwnerAt(parent.Number(), path[(name + 1)..], owner.User, owner.Group, NoFollow) < 0)
        {
            throw Errno.Failure(path);
        }

        return Descriptor.OpenInRoot(root, path, Flags | OpenFlags.Directory, out _) ?? throw Errno.Failure(path);
    }
}
