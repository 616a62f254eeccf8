using System.Security.Cryptography;

namespace Strata.Storage.Keys;

/// <summary>The data key of one blob's one object. Never written but wrapped. Dispose wipes it.</summary>
public sealed class BlobKey : IDisposable
{
    internal const int IdSize = 16;
    internal const int KeySize = 32;

    private readonly byte[] _id;
    private readonly byte[] _key;

    internal BlobKey(ReadOnlySpan<byte> id, ReadOnlySpan<byte> key) => (_id, _key) = (id.ToArray(), key.ToArray());

    /// <summary>Says which key it is, and nothing about it: part of every seal.</summary>
    internal ReadOnlySpan<byte> Id => _id;

    /// <summary>A new one for each use: AesGcm is not for several threads.</summary>
    internal AesGcm OpenCipher() => new(_key, AesGcm.TagByteSizes.MaxSize);

    internal ReadOnlySpan<byte> Secret => _key;

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
