using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Placing;

/// <summary>Names of one file that were placed in several goes, each as a file of its own, become one file.</summary>
internal static class PlacedLinks
{
    /// <summary>Where that cannot be (on another mount, or the job took a name away), a name stays a file of its own.</summary>
    /// <param name="directory">The root of the tree.</param>
    /// <param name="placed">What was placed in one go, each with all below: there links are kept already.</param>
    public static void Join(SafeFileHandle directory, MergedTree tree, HashSet<byte[]> placed, CancellationToken cancellationToken)
    {
        if (placed.Count < 2)
        {
            return;
        }

        foreach (var (entry, _, _, _, _) in tree.Entries([], []))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind is EntryKind.HardLink && PlacedWith(entry.Path, placed) != PlacedWith(entry.Link, placed))
            {
                Join(directory, entry.Link, entry.Path);
            }
        }
    }

    /// <returns>Bytes of the path's part that was placed in one go.</returns>
    private static string PlacedWith(byte[] path, HashSet<byte[]> placed)
    {
        var length = path.Length;
        while (length > 0 && !placed.Contains(path[..length]))
        {
            length = TreePath.ParentLength(path.AsSpan(0, length));
        }

        return Convert.ToHexString(path, 0, length);
    }

    private static void Join(SafeFileHandle root, byte[] first, byte[] name)
    {
        using var from = OpenParent(root, first);
        using var to = OpenParent(root, name);
        if (from is null || to is null)
        {
            return;
        }

        try
        {
            TreeWriter.KeepingTime((int)to.DangerousGetHandle(), directory => Replace((int)from.DangerousGetHandle(), TreePath.NameOf(first), directory, TreePath.NameOf(name)));
        }
        catch (IOException)
        {
            // It is there, with its content.
        }
    }

    private static unsafe void Replace(int from, ReadOnlySpan<byte> first, int to, ReadOnlySpan<byte> name)
    {
        var staging = Encoding.ASCII.GetBytes($".strata-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        TreeWriter.Link(from, first, to, staging);
        fixed (byte* made = PosixPath.Terminated(staging), target = PosixPath.Terminated(name))
        {
            _ = Libc.RenameAt(to, made, to, target);
            _ = Libc.UnlinkAt(to, made, 0); // two names of one file are not renamed to each other
        }
    }

    private static SafeFileHandle? OpenParent(SafeFileHandle root, ReadOnlySpan<byte> path)
    {
        var at = UpperReader.TryOpenDirectory(root, "."u8);
        foreach (var range in path[..TreePath.ParentLength(path)].Split((byte)'/'))
        {
            var name = path[range];
            if (at is null || name.IsEmpty)
            {
                break;
            }

            using var above = at;
            at = UpperReader.TryOpenDirectory(above, name);
        }

        return at;
    }
}
