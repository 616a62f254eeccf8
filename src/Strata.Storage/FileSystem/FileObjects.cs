using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>Objects that are visible: a file each, or a directory of parts. Throws as the file system does.</summary>
internal static class FileObjects
{
    private const int NameTriesMax = 10;

    public static BlobHead? Find(string target)
    {
        var storedAt = new DateTimeOffset(File.GetLastWriteTimeUtc(target), TimeSpan.Zero);
        return ObjectLayout.Find(target) is { } parts ? new(parts.Sum(part => part.SizeBytes), StoredFile.ETagOf(parts), storedAt)
            : File.Exists(target) && StoredFile.Find(target, number: 1) is { } whole ? new(whole.SizeBytes, whole.ETag, storedAt)
            : null;
    }

    public static async Task<int> ReadAsync(string target, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(target))
        {
            return await StoredFile.ReadAsync(target, offset, into, cancellationToken).ConfigureAwait(false);
        }

        var parts = ObjectLayout.Find(target) ?? throw new FileNotFoundException($"{target} is gone.");
        var (start, total) = (0L, 0);
        foreach (var part in parts)
        {
            var end = start + part.SizeBytes;
            if (offset + total < end && total < into.Length)
            {
                var length = (int)Math.Min(into.Length - total, end - offset - total);
                var path = FilePaths.Part(target, part.Number);
                if (await StoredFile.ReadAsync(path, offset + total - start, into.Slice(total, length), cancellationToken).ConfigureAwait(false) != length)
                {
                    throw new BlobStoreException(BlobFault.Damaged, $"{path} is damaged: it is shorter than it was.");
                }

                total += length;
            }

            start = end;
        }

        return total;
    }

    /// <summary>Names an object. Directories above it are made; one of them may be removed at the same time by who deletes the last object in it.</summary>
    public static T TryName<T>(string target, Func<T> name)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                DurableFiles.MakeDirectory(Path.GetDirectoryName(target)!);
                return name();
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException && attempt < NameTriesMax)
            {
            }
        }
    }

    public static void Delete(FilePaths paths, string target)
    {
        if (Directory.Exists(target))
        {
            var removed = paths.NewTemporary(); // gone at once, for all: its parts take time
            Directory.Move(target, removed);
            DurableFiles.SyncDirectory(Path.GetDirectoryName(target)!);
            Directory.Delete(removed, recursive: true);
        }
        else
        {
            File.Delete(target);
            DurableFiles.SyncDirectory(Path.GetDirectoryName(target)!);
        }

        RemoveEmpty(paths, Path.GetDirectoryName(target)!);
    }

    public static async IAsyncEnumerable<StoredObject> ListAsync(FilePaths paths, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        Stack<string> open = new([Path.Combine(paths.Objects, Path.GetDirectoryName(prefix) ?? "")]);
        while (open.TryPop(out var directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var path in Entries(directory))
            {
                if (!path.EndsWith(FilePaths.ObjectMark, StringComparison.Ordinal))
                {
                    open.Push(path);
                }
                else if (paths.KeyOf(path) is var key && key.StartsWith(prefix, StringComparison.Ordinal) && Find(path) is { } head)
                {
                    yield return new(key, head.SizeBytes, head.StoredAt);
                }
            }
        }
    }

    /// <summary>None, of a directory that is not there any more.</summary>
    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static void RemoveEmpty(FilePaths paths, string directory)
    {
        try
        {
            for (; directory.Length > paths.Objects.Length; directory = Path.GetDirectoryName(directory)!)
            {
                Directory.Delete(directory); // not if there is anything in it
            }
        }
        catch (IOException)
        {
        }
    }
}
