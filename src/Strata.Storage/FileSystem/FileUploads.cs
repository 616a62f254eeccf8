using System.Globalization;
using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>Uploads that are not completed yet: directories. Throws as the file system does.</summary>
internal sealed class FileUploads(FilePaths paths, TimeProvider time)
{
    public async Task<string> StartAsync(string key, CancellationToken cancellationToken)
    {
        var id = UploadIds.New();
        var temporary = paths.NewTemporary();
        Directory.CreateDirectory(temporary, DurableFiles.OwnerOnlyDirectory);
        var text = string.Create(CultureInfo.InvariantCulture, $"{id}\n{key}\n{time.GetUtcNow().ToUnixTimeMilliseconds()}\n");
        await DurableFiles.WriteAsync(Path.Combine(temporary, FilePaths.UploadName), System.Text.Encoding.ASCII.GetBytes(text), default, cancellationToken).ConfigureAwait(false);
        DurableFiles.SyncDirectory(temporary);
        Directory.Move(temporary, Path.Combine(paths.Uploads, id));
        DurableFiles.SyncDirectory(paths.Uploads);
        return id;
    }

    public async Task PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken)
    {
        var directory = Checked(upload);
        var temporary = FilePaths.NewTemporaryIn(directory);
        await StoredFile.WriteAsync(temporary, content, etag, cancellationToken).ConfigureAwait(false);
        using var taken = FileLock.Take(directory); // not while it is completed: that has looked at the parts already
        File.Move(temporary, FilePaths.Part(directory, number), overwrite: true);
        DurableFiles.SyncDirectory(directory);
    }

    public List<StoredPart> ListParts(UploadTarget upload)
    {
        List<StoredPart> parts = [];
        foreach (var path in Directory.EnumerateFiles(Checked(upload)))
        {
            if (FilePaths.PartNumber(Path.GetFileName(path.AsSpan())) is > 0 and var number && StoredFile.Find(path, number) is { } part)
            {
                parts.Add(part);
            }
        }

        parts.Sort((a, b) => a.Number.CompareTo(b.Number));
        return parts;
    }

    public async Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        var target = paths.Object(upload.Key);
        if (Read(paths.Upload(upload))?.Upload != upload)
        {
            return Read(target)?.Upload == upload ? CompleteOutcome.Completed : CompleteOutcome.StartAgain; // completed before, the answer was lost
        }

        var directory = paths.Upload(upload);
        using var taken = FileLock.Take(directory);
        foreach (var part in parts)
        {
            if (StoredFile.Find(FilePaths.Part(directory, part.Number), part.Number) != part)
            {
                return CompleteOutcome.StartAgain;
            }
        }

        var layout = Path.Combine(directory, FilePaths.LayoutName);
        File.Delete(layout); // of one that died here
        await ObjectLayout.WriteAsync(layout, parts, cancellationToken).ConfigureAwait(false);
        RemoveOthers(directory, [.. parts.Select(part => part.Number)]);
        DurableFiles.SyncDirectory(directory);
        return Publish(directory, target);
    }

    public void Abort(UploadTarget upload)
    {
        var removed = paths.NewTemporary();
        try
        {
            Directory.Move(paths.Upload(upload), removed);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        DurableFiles.SyncDirectory(paths.Uploads);
        Directory.Delete(removed, recursive: true);
    }

    public async IAsyncEnumerable<PendingUpload> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var directory in Directory.Exists(paths.Uploads) ? Directory.EnumerateDirectories(paths.Uploads) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(directory) is { } pending && pending.Upload.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return pending;
            }
        }
    }

    private static CompleteOutcome Publish(string directory, string target)
    {
        var outcome = FileObjects.TryName(target, () =>
        {
            try
            {
                Directory.Move(directory, target);
            }
            catch (IOException) when (Path.Exists(target))
            {
                return CompleteOutcome.Exists;
            }

            DurableFiles.SyncNames(Path.GetDirectoryName(target)!);
            return CompleteOutcome.Completed;
        });
        DurableFiles.SyncDirectory(Path.GetDirectoryName(directory)!);
        return outcome;
    }

    private static void RemoveOthers(string directory, HashSet<int> numbers)
    {
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            var name = Path.GetFileName(path);
            var isTemporary = name.StartsWith(FilePaths.TemporaryPrefix, StringComparison.Ordinal);
            if (isTemporary || (FilePaths.PartNumber(name) is > 0 and var number && !numbers.Contains(number)))
            {
                File.Delete(path);
            }
        }
    }

    /// <returns>Null: no upload, neither pending nor completed.</returns>
    private static PendingUpload? Read(string directory)
    {
        try
        {
            var lines = ReadLines(Path.Combine(directory, FilePaths.UploadName));
            return lines.Length == 3 && UploadIds.IsValid(lines[0]) && BlobName.IsValid(lines[1]) && long.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
                ? new(new(lines[1], lines[0]), DateTimeOffset.FromUnixTimeMilliseconds(started))
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string[] ReadLines(string path)
    {
        using var file = File.OpenHandle(path);
        var bytes = new byte[Math.Min(RandomAccess.GetLength(file), 2 * BlobName.LengthMax)];
        var read = RandomAccess.Read(file, bytes, 0);
        return System.Text.Encoding.ASCII.GetString(bytes, 0, read).TrimEnd('\n').Split('\n');
    }

    /// <exception cref="DirectoryNotFoundException">It is gone, or of another key.</exception>
    private string Checked(UploadTarget upload) =>
        Read(paths.Upload(upload))?.Upload == upload
            ? paths.Upload(upload)
            : throw new DirectoryNotFoundException($"There is no upload {upload.UploadId} of {upload.Key}.");
}
