using System.Runtime.InteropServices;
using Strata.Layers.Compression;
using Strata.Layers.Tests.Trees;

namespace Strata.Layers.Tests.Packing;

/// <summary>An archive made while it is read, of files that have no empty block and no two alike.</summary>
/// <param name="fileBytes">A multiple of <see cref="BlockSize"/>.</param>
internal sealed class LargeTar(int files, long fileBytes) : ForwardStream
{
    public const int BlockSize = 512; // of a tar

    private byte[] _header = [];
    private int _file;
    private long _at; // in the header and content of that file

    public static string NameOf(int file) => $"file{file:d3}";

    /// <summary>What is at an offset of a file, a multiple of eight.</summary>
    public static ulong WordAt(int file, long offset) => ((ulong)(uint)(file + 1) << 48) | (ulong)offset;

    public override int Read(Span<byte> buffer)
    {
        if (_at == 0)
        {
            _header = _file < files ? new TarBuilder().Member(NameOf(_file), '0', size: fileBytes).Unfinished() : [];
        }

        var isContent = _at >= BlockSize && _file < files;
        var end = _file == files ? 2 * BlockSize // the end mark
            : isContent ? BlockSize + fileBytes
            : BlockSize;
        var target = buffer[..(int)Math.Min(buffer.Length & ~7, end - _at)];
        if (isContent)
        {
            Fill(target);
        }
        else if (_file < files)
        {
            _header.AsSpan((int)_at, target.Length).CopyTo(target);
        }
        else
        {
            target.Clear();
        }

        _at += target.Length;
        if (isContent && _at == end)
        {
            (_file, _at) = (_file + 1, 0);
        }

        return target.Length;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    private void Fill(Span<byte> target)
    {
        var offset = _at - BlockSize;
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(target))
        {
            word = WordAt(_file, offset);
            offset += sizeof(ulong);
        }
    }
}
