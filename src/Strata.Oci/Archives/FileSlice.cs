using Microsoft.Win32.SafeHandles;
using Strata.Oci.Content;

namespace Strata.Oci.Archives;

/// <summary>A part of an open file, with a position of its own, so that many can be read at once.</summary>
internal sealed class FileSlice(SafeFileHandle file, long offset, long length) : ReadOnlyStream
{
    private long _read;

    public override long Length => length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var piece = buffer[..(int)Math.Min(buffer.Length, length - _read)];
        var read = piece.Length == 0 ? 0 : await RandomAccess.ReadAsync(file, piece, offset + _read, cancellationToken).ConfigureAwait(false);
        _read += read;
        return read;
    }
}
