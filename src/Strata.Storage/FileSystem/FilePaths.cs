using System.Globalization;
using Strata.Storage.Blobs;

namespace Strata.Storage.FileSystem;

/// <summary>
/// Where things lie:
/// <code>
/// DIR/
///   format           "strata.blobs/1"
///   objects/KEY~     a file (one put), or a directory: a completed upload as it was below uploads/, with its layout
///   uploads/ID/      flock: a part or the whole is being named
///                    upload        its id, key and when it was started (Unix ms)
///                    00001 …       parts
///                    layout        parts that count: written before it is completed
///                    tmp-…         being written
///   tmp/             being written or removed; older than a day: left by the dead
///   url.key          signs URLs; only its owner reads it
/// </code>
/// Objects of one put and parts are files of their own kind: <see cref="StoredFile"/>. No key has a <c>~</c>.
/// </summary>
internal sealed class FilePaths(string directory)
{
    public const string ObjectMark = "~";
    public const string UploadName = "upload";
    public const string LayoutName = "layout";
    public const string TemporaryPrefix = "tmp-";

    public string Root { get; } = directory;

    public string Format => Path.Combine(Root, "format");

    public string UrlKey => Path.Combine(Root, "url.key");

    public string Objects { get; } = Path.Combine(directory, "objects");

    public string Uploads { get; } = Path.Combine(directory, "uploads");

    public string Temporary { get; } = Path.Combine(directory, "tmp");

    public string Object(string key) => Path.Combine(Objects, BlobName.Check(key) + ObjectMark);

    /// <exception cref="BlobStoreException">No id of an upload of this store.</exception>
    public string Upload(UploadTarget upload) => UploadIds.IsValid(upload.UploadId)
        ? Path.Combine(Uploads, upload.UploadId)
        : throw new BlobStoreException(BlobFault.NoSuchUpload, $"There is no upload {upload.UploadId}.");

    public string NewTemporary() => Path.Combine(Temporary, TemporaryPrefix + Guid.NewGuid().ToString("n"));

    public static string NewTemporaryIn(string upload) => Path.Combine(upload, TemporaryPrefix + Guid.NewGuid().ToString("n"));

    public static string Part(string directory, int number) => Path.Combine(directory, number.ToString("00000", CultureInfo.InvariantCulture));

    /// <returns>0: not a part's name.</returns>
    public static int PartNumber(ReadOnlySpan<char> name) =>
        name.Length == 5 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public string KeyOf(string objectPath) => objectPath[(Objects.Length + 1)..^ObjectMark.Length];
}

internal static class UploadIds
{
    public static string New() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    public static bool IsValid(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);
}
