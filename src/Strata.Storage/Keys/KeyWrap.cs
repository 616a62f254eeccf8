using System.Security.Cryptography;

namespace Strata.Storage.Keys;

/// <summary>
/// A key, sealed by the one above it: base64 of <c>16 id · 12 nonce · 32 sealed key · 16 tag</c>. Bound to what it is for and to its owner, so it opens nowhere else.
/// </summary>
internal static class KeyWrap
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Size = BlobKey.IdSize + NonceSize + BlobKey.KeySize + TagSize;

    public static string Wrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> id, ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        Span<byte> wrapped = stackalloc byte[Size];
        id.CopyTo(wrapped);
        var sealedPart = wrapped[BlobKey.IdSize..];
        RandomNumberGenerator.Fill(sealedPart[..NonceSize]);
        using var cipher = new AesGcm(wrapping, TagSize);
        cipher.Encrypt(sealedPart[..NonceSize], key, sealedPart[NonceSize..^TagSize], sealedPart[^TagSize..], Bound(id, purpose));
        return Convert.ToBase64String(wrapped);
    }

    /// <returns>False: wrapped by another key, for something else, or changed.</returns>
    public static bool TryUnwrap(ReadOnlySpan<byte> wrapping, string text, ReadOnlySpan<byte> purpose, Span<byte> id, Span<byte> key)
    {
        Span<byte> wrapped = stackalloc byte[Size];
        if (!Convert.TryFromBase64String(text, wrapped, out var length) || length != Size)
        {
            return false;
        }

        wrapped[..BlobKey.IdSize].CopyTo(id);
        var sealedPart = wrapped[BlobKey.IdSize..];
        using var cipher = new AesGcm(wrapping, TagSize);
        try
        {
            cipher.Decrypt(sealedPart[..NonceSize], sealedPart[NonceSize..^TagSize], sealedPart[^TagSize..], key, Bound(id, purpose));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Bound(ReadOnlySpan<byte> id, ReadOnlySpan<byte> purpose) => [.. id, .. purpose];
}
