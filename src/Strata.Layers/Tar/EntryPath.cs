using Strata.Layers.Posix;

namespace Strata.Layers.Tar;

/// <summary>Names from an archive become relative paths that stay below the root, or the archive is refused.</summary>
public static class EntryPath
{
    /// <summary>Directories are held open from the root down, and walked recursively. The deepest node_modules seen had 40.</summary>
    public const int DepthMax = 256;

    /// <summary>
    /// Drops '.', empty components and trailing slashes. Absolute names are refused, not made relative: no tool writes them unless told
    /// to (tar -P), and what is meant by one is a guess.
    /// </summary>
    public static byte[] Normalise(ReadOnlySpan<byte> name, ReadOnlySpan<byte> shownEntry, string role)
    {
        if (name.Contains((byte)0))
        {
            throw Refuse(shownEntry, $"its {role} contains a NUL byte");
        }

        if (name.Length > 0 && name[0] == (byte)'/')
        {
            throw Refuse(shownEntry, $"its {role} is absolute ({PosixPath.Show(name)})");
        }

        if (name.Length >= PosixPath.LengthMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(shownEntry)}: its {role} is {name.Length} bytes long; Linux allows {PosixPath.LengthMax - 1}.", ArchiveFault.TooLarge);
        }

        var path = new byte[name.Length];
        var length = 0;
        var depth = 0;
        foreach (var range in name.Split((byte)'/'))
        {
            var component = name[range];
            if (component.IsEmpty || component.SequenceEqual("."u8))
            {
                continue;
            }

            if (component.SequenceEqual(".."u8))
            {
                throw Refuse(shownEntry, $"its {role} leaves the tree with '..' ({PosixPath.Show(name)})");
            }

            if (component.Length > PosixPath.NameLengthMax)
            {
                throw new HostileArchiveException(
                    $"{PosixPath.Show(shownEntry)}: a component of its {role} is longer than {PosixPath.NameLengthMax} bytes.", ArchiveFault.TooLarge);
            }

            if (++depth > DepthMax)
            {
                throw new HostileArchiveException($"{PosixPath.Show(shownEntry)}: its {role} has more than {DepthMax} components.", ArchiveFault.TooLarge);
            }

            if (length > 0)
            {
                path[length++] = (byte)'/';
            }

            component.CopyTo(path.AsSpan(length));
            length += component.Length;
        }

        return length == path.Length ? path : path[..length];
    }

    /// <summary>Whether <see cref="Normalise"/> would give the path back as it is; nothing is allocated.</summary>
    public static bool IsNormal(ReadOnlySpan<byte> path)
    {
        if (path.Length >= PosixPath.LengthMax || path.Contains((byte)0))
        {
            return false;
        }

        for (var depth = 1; !path.IsEmpty; depth++)
        {
            var slash = path.IndexOf((byte)'/');
            var component = slash < 0 ? path : path[..slash];
            if (component.Length is 0 or > PosixPath.NameLengthMax || depth > DepthMax || component is [(byte)'.'] or [(byte)'.', (byte)'.'] || slash == path.Length - 1)
            {
                return false;
            }

            path = slash < 0 ? [] : path[(slash + 1)..];
        }

        return true;
    }

    private static HostileArchiveException Refuse(ReadOnlySpan<byte> entry, string reason) =>
        new($"{PosixPath.Show(entry)}: {reason}.", ArchiveFault.Unsafe);
}
