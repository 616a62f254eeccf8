using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Strata.Core.Diagnostics;
using Strata.Storage.Posix;

namespace Strata.Storage.Keys;

/// <summary>The key above all others: from the environment, else from a file that only its owner can read.</summary>
internal sealed class RootKey
{
    private const string FileName = "root.key";
    private const int TextLengthMax = 256;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(OwnerOnly | UnixFileMode.UserExecute);

    private RootKey(byte[] key, string source) => (Key, Source, Id) = (key, source, IdOf(key));

    public byte[] Key { get; }

    /// <summary>For messages: where it came from.</summary>
    public string Source { get; }

    /// <summary>Tells root keys apart, and nothing about them: 16 hex digits.</summary>
    public string Id { get; }

    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "keys", FileName);

    /// <param name="variable">The value of <see cref="KeyRing.RootKeyVariable"/>, if set.</param>
    /// <returns>Null: neither is there.</returns>
    /// <exception cref="EnvironmentException">It cannot be read, is no key, or others can read it too.</exception>
    public static RootKey? Find(string dataDirectory, string? variable)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            return Of(variable, KeyRing.RootKeyVariable) ?? throw new EnvironmentException(StorageDiagnostics.NoRootKey(KeyRing.RootKeyVariable));
        }

        var path = PathIn(dataDirectory);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new EnvironmentException(StorageDiagnostics.RootKeyIsOpen(path));
            }

            using var file = File.OpenRead(path);
            var text = new byte[TextLengthMax];
            var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return Of(Encoding.ASCII.GetString(text, 0, length), path) ?? throw new EnvironmentException(StorageDiagnostics.NoRootKey(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(StorageDiagnostics.RootKeyFails(path, e.Message), e);
        }
    }

    /// <summary>Makes the file, durably, or takes the one that another process has made meanwhile.</summary>
    public static RootKey Make(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        var directory = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            var temporary = Path.Combine(directory, $".{FileName}.{Guid.NewGuid():n}");
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(BlobKey.KeySize)) + "\n"));
                file.Flush(flushToDisk: true);
            }

            if (!DurableFiles.TryPublish(temporary, path))
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(StorageDiagnostics.RootKeyFails(path, e.Message), e);
        }

        return Find(dataDirectory, variable: null)!;
    }

    private static RootKey? Of(string text, string source)
    {
        var trimmed = text.AsSpan().Trim();
        var key = new byte[BlobKey.KeySize];
        var isKey = trimmed.Length == 2 * BlobKey.KeySize
            ? Convert.FromHexString(trimmed, key, out _, out _) == System.Buffers.OperationStatus.Done
            : Base64.GetMaxDecodedFromUtf8Length(trimmed.Length) < BlobKey.KeySize + 3 && Convert.TryFromBase64Chars(trimmed, key, out var length) && length == key.Length;
        return isKey ? new(key, source) : null;
    }

    private static string IdOf(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "strata/root-key-id/1"u8).AsSpan(0, 8));
}
