using Strata.Layers.Posix;

namespace Strata.Layers.Views;

/// <summary>A path that grows and shrinks as a walk goes on.</summary>
internal sealed class PathBuffer
{
    private readonly byte[] _bytes = new byte[PosixPath.LengthMax];
    private int _length;

    public PathBuffer(ReadOnlySpan<byte> start)
    {
        start.CopyTo(_bytes);
        _length = start.Length;
    }

    public ReadOnlySpan<byte> Path => _bytes.AsSpan(0, _length);

    public int Length => _length;

    /// <param name="length">Of the directory that is in it.</param>
    /// <exception cref="HostileArchiveException">The path is too long for Linux.</exception>
    public void Set(int length, ReadOnlySpan<byte> name)
    {
        var start = length == 0 ? 0 : length + 1;
        if (start + name.Length >= PosixPath.LengthMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(_bytes.AsSpan(0, length))}: a path below it is longer than {PosixPath.LengthMax - 1} bytes.", ArchiveFault.TooLarge);
        }

        if (start > 0)
        {
            _bytes[length] = (byte)'/';
        }

        name.CopyTo(_bytes.AsSpan(start));
        _length = start + name.Length;
    }
}
