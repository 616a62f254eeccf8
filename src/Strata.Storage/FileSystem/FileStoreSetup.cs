using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>Makes the store's directories before its first write in this process, and removes what the dead left in <c>tmp/</c>.</summary>
internal sealed class FileStoreSetup(FilePaths paths, TimeProvider time)
{
    private static readonly byte[] Format = "strata.blobs/1\n"u8.ToArray();

    /// <summary>Nobody writes one object or part for so long.</summary>
    private static readonly TimeSpan DeadAfter = TimeSpan.FromDays(1);

    private readonly Lock _once = new(); // guards _isReady
    private bool _isReady;

    /// <exception cref="BlobStoreException"><see cref="BlobFault.Refused"/>: the directory is something else.</exception>
    public void Prepare()
    {
        lock (_once)
        {
            if (_isReady && Directory.Exists(paths.Temporary))
            {
                return;
            }

            MakeRoot();
            CheckFormat();
            DurableFiles.MakeDirectory(paths.Objects);
            DurableFiles.MakeDirectory(paths.Uploads);
            DurableFiles.MakeDirectory(paths.Temporary);
            Sweep();
            _isReady = true;
        }
    }

    private void MakeRoot()
    {
        try
        {
            DurableFiles.MakeDirectory(paths.Root);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException) // with all above it made: a file system in which nobody makes directories (/proc)
        {
            throw new BlobStoreException(BlobFault.Refused, $"{paths.Root} cannot be made: {e.Message}", e);
        }
    }

    private void CheckFormat()
    {
        if (!File.Exists(paths.Format))
        {
            if (Directory.EnumerateFileSystemEntries(paths.Root).Any(path => !Path.GetFileName(path).StartsWith(FilePaths.TemporaryPrefix, StringComparison.Ordinal))
                && !File.Exists(paths.Format))
            {
                throw new BlobStoreException(BlobFault.Refused, $"{paths.Root} is neither empty nor a store of blobs: nothing is written there.");
            }

            var temporary = Path.Combine(paths.Root, FilePaths.TemporaryPrefix + Guid.NewGuid().ToString("n"));
            File.WriteAllBytes(temporary, Format);
            if (!DurableFiles.TryPublish(temporary, paths.Format))
            {
                File.Delete(temporary);
            }
        }

        using var file = File.OpenRead(paths.Format);
        Span<byte> known = stackalloc byte[64];
        if (!known[..file.ReadAtLeast(known, known.Length, throwOnEndOfStream: false)].SequenceEqual(Format))
        {
            throw new BlobStoreException(BlobFault.Refused, $"{paths.Root} was written by another version of Strata.");
        }
    }

    private void Sweep()
    {
        var oldest = time.GetUtcNow() - DeadAfter;
        foreach (var path in Directory.EnumerateFileSystemEntries(paths.Temporary))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(path) >= oldest.UtcDateTime)
                {
                    continue;
                }

                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // another sweeps too, or it is not ours: it takes space, nothing else
            }
        }
    }
}
