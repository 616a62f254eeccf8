using System.Buffers.Binary;
using System.Security.Cryptography;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

/// <summary>
/// AES-256-GCM over one frame or index, bound to its place:
/// <code>
/// stored      12 nonce, random and fresh each time · n sealed bytes · 16 tag
/// bound too    4 "SBF1" frame, "SBI1" index · 16 key id · 4 part · 4 position in the part · 4 plain length · 1 compressed    (little endian)
/// </code>
/// For one thread at a time.
/// </summary>
internal sealed class FrameSeal(BlobKey key) : IDisposable
{
    public const int Overhead = NonceSize + TagSize;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly AesGcm _cipher = key.OpenCipher();

    /// <param name="stored">Exactly <see cref="Overhead"/> longer than the content.</param>
    public void Seal(FrameBinding binding, ReadOnlySpan<byte> content, Span<byte> stored)
    {
        Span<byte> bound = stackalloc byte[FrameBinding.Size];
        binding.WriteTo(bound, key.Id);
        RandomNumberGenerator.Fill(stored[..NonceSize]);
        _cipher.Encrypt(stored[..NonceSize], content, stored[NonceSize..^TagSize], stored[^TagSize..], bound);
    }

    /// <returns>False: not sealed with this key for this place, or changed since.</returns>
    public bool TryOpen(FrameBinding binding, ReadOnlySpan<byte> stored, Span<byte> content)
    {
        Span<byte> bound = stackalloc byte[FrameBinding.Size];
        binding.WriteTo(bound, key.Id);
        try
        {
            _cipher.Decrypt(stored[..NonceSize], stored[NonceSize..^TagSize], stored[^TagSize..], content, bound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();
}

/// <summary>The one place where a seal holds.</summary>
/// <param name="Part">0: the index.</param>
internal readonly record struct FrameBinding(int Part, int Position, int PlainLength, bool IsCompressed)
{
    public const int Size = 4 + BlobKey.IdSize + 13;

    public void WriteTo(Span<byte> target, ReadOnlySpan<byte> keyId)
    {
        (Part == 0 ? "SBI1"u8 : "SBF1"u8).CopyTo(target);
        keyId.CopyTo(target[4..]);
        var rest = target[(4 + BlobKey.IdSize)..];
        BinaryPrimitives.WriteInt32LittleEndian(rest, Part);
        BinaryPrimitives.WriteInt32LittleEndian(rest[4..], Position);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], PlainLength);
        rest[12] = IsCompressed ? (byte)1 : (byte)0;
    }
}
