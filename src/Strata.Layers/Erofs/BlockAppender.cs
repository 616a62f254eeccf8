using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>Appends to an image in large writes; what is appended is hashed on the way if asked.</summary>
/// <param name="start">Where the first byte goes; what is before is written by somebody else.</param>
internal sealed class BlockAppender(SafeFileHandle file, long start)
{
    private const int BufferSize = 1 << 20;
    private const int BufferSizeFirst = 1 << 16; // most layers of steps are no larger, and a large array costs a millisecond to get
    private const long WriteAhead = 8 << 20; // the disk is to work while the rest is made: it will be waited for in the end

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSizeFirst);
    private int _used;
    private long _written = start;
    private long _begun = start; // up to here the disk has been told to write

    /// <summary>Sees every byte appended, in order; stays the caller's. Set before the first.</summary>
    public IncrementalHash? Hash { get; set; }

    public long Position => _written + _used;

    /// <summary>The block that comes next; the end is padded to one.</summary>
    public uint Block => (uint)(Position >> ErofsFormat.BlockBits);

    /// <exception cref="HostileArchiveException">The image has as many blocks as the format can name: 16 TiB.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Position + bytes.Length > (ErofsFormat.BlocksMax - 1) << ErofsFormat.BlockBits)
        {
            throw new HostileArchiveException("The layer is larger than 16 TiB.", ArchiveFault.TooLarge);
        }

        Grow(bytes.Length);
        if (bytes.Length <= _buffer.Length - _used)
        {
            bytes.CopyTo(_buffer.AsSpan(_used));
            _used += bytes.Length;
            return;
        }

        Flush();
        if (bytes.Length < _buffer.Length)
        {
            bytes.CopyTo(_buffer);
            _used = bytes.Length;
        }
        else
        {
            Write(bytes);
        }
    }

    public void AppendZeros(int count)
    {
        while (count > 0)
        {
            Grow(count);
            if (_used == _buffer.Length)
            {
                Flush();
            }

            var part = Math.Min(count, _buffer.Length - _used);
            _buffer.AsSpan(_used, part).Clear();
            _used += part;
            count -= part;
        }
    }

    /// <summary>Zeros up to the next block.</summary>
    public void Pad() => AppendZeros((int)(-Position & (ErofsFormat.BlockSize - 1)));

    public void Flush()
    {
        if (_used > 0)
        {
            var used = _used;
            _used = 0;
            Write(_buffer.AsSpan(0, used));
        }
    }

    /// <summary>To the disk, which is not waited for: whoever makes the file durable has less to wait for then, and hears of what failed.</summary>
    public void StartSync()
    {
        Flush();
        _ = Libc.SyncFileRange((int)file.DangerousGetHandle(), 0, 0, Libc.StartWriting);
    }

    private void Grow(int count)
    {
        if (count > _buffer.Length - _used && _buffer.Length < BufferSize)
        {
            var larger = GC.AllocateUninitializedArray<byte>(BufferSize);
            _buffer.AsSpan(0, _used).CopyTo(larger);
            _buffer = larger;
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Hash?.AppendData(bytes);
        RandomAccess.Write(file, bytes, _written);
        _written += bytes.Length;
        if (_written - _begun >= WriteAhead)
        {
            _ = Libc.SyncFileRange((int)file.DangerousGetHandle(), _begun, _written - _begun, Libc.StartWriting); // a hint
            _begun = _written;
        }
    }
}
