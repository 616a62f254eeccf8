using System.Buffers;
using System.Buffers.Binary;

namespace Strata.Layers.Posix;

/// <summary>The entries of an open directory, read with getdents64 into a pooled buffer. Names are valid until the next call.</summary>
internal unsafe struct DirectoryEntries(int directory) : IDisposable
{
    private const int BufferSize = 32 << 10;

    // linux/dirent.h: inode 8 · offset 8 · record length 2 · type 1 · name, NUL
    private const int LengthAt = 16, TypeAt = 18, NameAt = 19;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private int _name;
    private int _nameLength;

    /// <summary>None where the file system does not say.</summary>
    public FileKind Kind { get; private set; }

    /// <summary>Without its NUL, which follows.</summary>
    public readonly ReadOnlySpan<byte> Name => _buffer.AsSpan(_name, _nameLength);

    /// <summary>False at the end. '.' and '..' are left out.</summary>
    /// <exception cref="IOException">The directory could not be read.</exception>
    public bool Next()
    {
        while (true)
        {
            if (_start == _end && !Fill())
            {
                return false;
            }

            var record = _buffer.AsSpan(_start);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(record[LengthAt..]);
            Kind = (FileKind)(record[TypeAt] << 12);
            _name = _start + NameAt;
            _nameLength = record[NameAt..].IndexOf((byte)0);
            _start += length;
            if (!Name.SequenceEqual("."u8) && !Name.SequenceEqual(".."u8))
            {
                return true;
            }
        }
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool Fill()
    {
        fixed (byte* start = _buffer)
        {
            var read = Libc.ReadDirectory(directory, start, BufferSize);
            if (read < 0)
            {
                throw Errno.Failure("read a directory:", "", Errno.Last);
            }

            (_start, _end) = (0, (int)read);
            return read > 0;
        }
    }
}
