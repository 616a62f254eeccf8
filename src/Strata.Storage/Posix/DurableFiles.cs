using System.Runtime.InteropServices;
using System.Text;

namespace Strata.Storage.Posix;

/// <summary>Bytes before name: after a crash a file that is visible is whole.</summary>
internal static class DurableFiles
{
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>A new file, its bytes on the disk when this returns. What it wrote before it failed is removed.</summary>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> trailer, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
        try
        {
            await RandomAccess.WriteAsync(file, content, 0, cancellationToken).ConfigureAwait(false);
            await RandomAccess.WriteAsync(file, trailer, content.Length, cancellationToken).ConfigureAwait(false);
            RandomAccess.FlushToDisk(file);
        }
        catch
        {
            TryDelete(path);
            throw;
        }
    }

    /// <summary>Gives a written file its name, durably.</summary>
    /// <returns>False: something has that name; the file is left where it was.</returns>
    public static bool TryPublish(string temporary, string target)
    {
        // Not File.Move: that looks whether the target is there, and then replaces what has come meanwhile.
        if (!TryLink(temporary, target))
        {
            return false;
        }

        File.Delete(temporary);
        SyncNames(Path.GetDirectoryName(target)!);
        return true;
    }

    /// <summary>As <see cref="SyncDirectory"/>; one that is gone, because all that was in it was deleted meanwhile, needs none.</summary>
    public static void SyncNames(string path)
    {
        try
        {
            SyncDirectory(path);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Makes names in it durable.</summary>
    public static void SyncDirectory(string path)
    {
        var directory = Open(path);
        try
        {
            if (Libc.Sync(directory) != 0)
            {
                throw Failure("sync", path);
            }
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    /// <summary>Makes a directory and those above it, and makes their names durable.</summary>
    public static void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        MakeDirectory(parent);
        Directory.CreateDirectory(path, OwnerOnlyDirectory);
        SyncDirectory(parent);
    }

    /// <summary>Names can be made in the directory, as far as rights and a read-only file system say.</summary>
    public static unsafe bool MayWrite(string path)
    {
        fixed (byte* terminated = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return Libc.Access(terminated, Libc.MayWriteAndSearch) == 0;
        }
    }

    /// <summary>What cannot be removed now is removed by who sweeps.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    internal static unsafe int Open(string path)
    {
        fixed (byte* terminated = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var file = Libc.Open(terminated, Libc.CloseOnExec);
            return file >= 0 ? file : throw Failure("open", path);
        }
    }

    internal static IOException Failure(string operation, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{operation} {path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error == Libc.NotFound ? new DirectoryNotFoundException(message) : new IOException(message, error);
    }

    private static unsafe bool TryLink(string from, string to)
    {
        fixed (byte* source = Encoding.UTF8.GetBytes(from + '\0'), target = Encoding.UTF8.GetBytes(to + '\0'))
        {
            return Libc.Link(source, target) == 0 || (Marshal.GetLastPInvokeError() == Libc.Exists ? false : throw Failure("link", to));
        }
    }
}
