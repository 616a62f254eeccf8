using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>What a signed URL allows: reading an object, or writing one part.</summary>
/// <param name="Upload">Null: reading.</param>
public sealed record SignedAccess(string Key, UploadTarget? Upload, int PartNumber);

/// <summary>
/// Signed URLs of a store in files, for a server that serves it: <c>KEY?expires=UNIX&amp;signature=HEX</c>, of a part also <c>upload=ID&amp;part=N</c>. The signature is
/// HMAC-SHA256 over method and all of it, with a key of the store's own, which all processes of the store share.
/// </summary>
/// <param name="publicUrl">Where it is served, ending in a slash.</param>
public sealed class SignedFiles(string directory, Uri publicUrl, TimeProvider time)
{
    private const int KeySize = 32;

    private readonly FilePaths _paths = new(directory);
    private byte[]? _key;

    /// <returns>Null: not signed by this store, changed, for another method, or run out.</returns>
    public SignedAccess? Check(string method, Uri url)
    {
        if (!publicUrl.IsBaseOf(url) || !TryParse(url, out var access, out var expires, out var signature))
        {
            return null;
        }

        var expected = Sign(method, access, expires);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)) && time.GetUtcNow().ToUnixTimeSeconds() < expires
            && method == (access.Upload is null ? "GET" : "PUT")
            ? access
            : null;
    }

    internal Uri SignRead(string key, TimeSpan lifetime) => Signed("GET", new(BlobName.Check(key), null, 0), lifetime);

    internal Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) =>
        Signed("PUT", new(BlobName.Check(upload.Key), upload, BlobName.CheckPart(number)), lifetime);

    private Uri Signed(string method, SignedAccess access, TimeSpan lifetime)
    {
        var expires = (time.GetUtcNow() + BlobName.CheckLifetime(lifetime)).ToUnixTimeSeconds();
        var part = access.Upload is { } upload ? string.Create(CultureInfo.InvariantCulture, $"upload={upload.UploadId}&part={access.PartNumber}&") : "";
        return new(publicUrl, string.Create(CultureInfo.InvariantCulture, $"{access.Key}?{part}expires={expires}&signature={Sign(method, access, expires)}"));
    }

    private string Sign(string method, SignedAccess access, long expires)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"strata/url/1\n{method}\n{access.Key}\n{access.Upload?.UploadId}\n{access.PartNumber}\n{expires}");
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key ??= TakeKey(), Encoding.UTF8.GetBytes(text)));
    }

    private bool TryParse(Uri url, out SignedAccess access, out long expires, out string signature)
    {
        (access, expires, signature) = (new("", null, 0), 0, "");
        var key = url.AbsolutePath.StartsWith(publicUrl.AbsolutePath, StringComparison.Ordinal) ? url.AbsolutePath[publicUrl.AbsolutePath.Length..] : "";
        var (uploadId, part) = (default(string), 0);
        foreach (var parameter in url.Query.TrimStart('?').Split('&'))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? "" : parameter[(equals + 1)..];
            var known = (equals < 0 ? parameter : parameter[..equals]) switch
            {
                "expires" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out expires),
                "signature" => (signature = value).Length == 2 * SHA256.HashSizeInBytes,
                "upload" => UploadIds.IsValid(uploadId = value),
                "part" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out part) && part is > 0 and <= BlobName.PartNumberMax,
                _ => false,
            };
            if (!known)
            {
                return false;
            }
        }

        access = new(key, uploadId is null ? null : new(key, uploadId), part);
        return BlobName.IsValid(key) && signature.Length > 0 && (uploadId is null) == (part == 0);
    }

    private byte[] TakeKey()
    {
        if (!File.Exists(_paths.UrlKey))
        {
            DurableFiles.MakeDirectory(_paths.Temporary);
            var temporary = _paths.NewTemporary();
            using (var file = new FileStream(
                temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = DurableFiles.OwnerOnlyFile }))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeySize));
                file.Flush(flushToDisk: true);
            }

            if (!DurableFiles.TryPublish(temporary, _paths.UrlKey))
            {
                File.Delete(temporary);
            }
        }

        var key = new byte[KeySize];
        using var stored = File.OpenRead(_paths.UrlKey);
        stored.ReadExactly(key);
        return key;
    }
}
