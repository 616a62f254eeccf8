using System.Security.Cryptography;
using Strata.Core;
using Strata.Oci.Content;

namespace Strata.Images.Registries;

/// <summary>The plain tar of a layer as it passes, hashed: its diff ID (OCI image-spec, config.md).</summary>
internal sealed class DiffIdStream(Stream tar) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Digest? _digest;

    /// <summary>Of all that was read; to be asked once, at the end.</summary>
    public Digest DiffId => _digest ??= Finish();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = tar.Read(buffer, offset, count);
        _hash.AppendData(buffer, offset, read);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await tar.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ = DiffId;
            _hash.Dispose();
            tar.Dispose();
        }

        base.Dispose(disposing);
    }

    private Digest Finish()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Digest.FromHash(hash);
    }
}
