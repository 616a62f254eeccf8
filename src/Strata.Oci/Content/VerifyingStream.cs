using System.Security.Cryptography;
using Strata.Core;
using Strata.Oci.Documents;

namespace Strata.Oci.Content;

/// <summary>
/// Bytes that must be what a descriptor says. The last piece is only given out once digest and size are right, so nobody can have
/// read all of a wrong blob; a reader that stops before the end calls <see cref="DrainAsync"/>. Not for concurrent use; owns the inner stream.
/// </summary>
public sealed class VerifyingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly Descriptor _expected;
    private readonly string _name;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _probe = new byte[1];
    private long _left;

    /// <param name="name">For messages: what this is and where it comes from.</param>
    public VerifyingStream(Stream inner, Descriptor expected, string name)
    {
        _inner = inner;
        _expected = expected;
        _name = name;
        _left = expected.Size;
    }

    /// <summary>All bytes were read, and are right.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>Known beforehand: the descriptor's size.</summary>
    public override long Length => _expected.Size;

    /// <exception cref="OciException">STR3137: other bytes than the descriptor's.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsVerified || buffer.Length == 0)
        {
            return 0;
        }

        if (_left == 0) // an empty blob
        {
            await FinishAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }

        var piece = buffer.Length > _left ? buffer[..(int)_left] : buffer;
        var read = await _inner.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            throw OciDiagnostics.WrongContent(_name, $"it ends after {_expected.Size - _left} of {_expected.Size} bytes");
        }

        _hash.AppendData(piece.Span[..read]);
        _left -= read;
        if (_left == 0)
        {
            try
            {
                await FinishAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                piece.Span.Clear(); // not even in the caller's buffer
                throw;
            }
        }

        return read;
    }

    /// <summary>Reads what is left and checks it. A decoder that found its end mark has not necessarily read to the end.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Clamp(_left, 1, 64 << 10)];
        while (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (await _inner.ReadAsync(_probe, cancellationToken).ConfigureAwait(false) > 0)
        {
            throw OciDiagnostics.WrongContent(_name, $"it is longer than {_expected.Size} bytes");
        }

        var actual = Digest.FromHash(_hash.GetHashAndReset());
        IsVerified = actual == _expected.Digest
            ? true
            : throw OciDiagnostics.WrongContent(_name, $"its digest is {actual}, not {_expected.Digest}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
