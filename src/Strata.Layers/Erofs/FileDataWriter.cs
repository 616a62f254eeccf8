using System.Security.Cryptography;
using Strata.Core;

namespace Strata.Layers.Erofs;

/// <summary>
/// Appends one file's content at a block's start. In files of at least <see cref="ChunkSize"/> bytes, chunks of zeros become holes: by content alone,
/// so that a copy of a sparse file gives the same image.
/// </summary>
internal sealed class FileDataWriter(BlockAppender image) : IDisposable
{
    public const int ChunkSize = 64 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chunk = GC.AllocateUninitializedArray<byte>(ChunkSize);
    private readonly List<DataExtent> _extents = [];
    private int _held;
    private bool _looksForHoles;
    private bool _hashes;
    private bool _hasHoles;
    private uint _start;

    public long Written { get; private set; }

    public static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <param name="hashes">Whether <see cref="End"/> shall know the content's digest; else its caller does.</param>
    public void Begin(long size, bool hashes = true)
    {
        _hashes = hashes;
        _start = image.Block;
        _extents.Clear();
        (Written, _held, _hasHoles) = (0, 0, false);
        _looksForHoles = size >= ChunkSize;
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        if (_hashes)
        {
            _hash.AppendData(content);
        }

        Written += content.Length;
        if (!_looksForHoles)
        {
            image.Append(content);
            return;
        }

        if (_held > 0)
        {
            var part = Math.Min(content.Length, ChunkSize - _held);
            content[..part].CopyTo(_chunk.AsSpan(_held));
            _held += part;
            content = content[part..];
            if (_held < ChunkSize)
            {
                return;
            }

            Put(_chunk);
            _held = 0;
        }

        while (content.Length >= ChunkSize)
        {
            Put(content[..ChunkSize]);
            content = content[ChunkSize..];
        }

        content.CopyTo(_chunk);
        _held = content.Length;
    }

    /// <summary>Where the content went: in one piece from a block, or as extents.</summary>
    public (Digest Content, uint StartBlock, DataExtent[]? Extents) End()
    {
        if (_held > 0)
        {
            Put(_chunk.AsSpan(0, _held));
        }

        image.Pad();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return (_hashes ? Digest.FromHash(hash) : default, Written > 0 ? _start : 0, _hasHoles ? [.. _extents] : null);
    }

    /// <summary>The content of a file that is not finished is forgotten; its blocks stay unused.</summary>
    public void Dispose() => _hash.Dispose();

    private void Put(ReadOnlySpan<byte> chunk)
    {
        var blocks = ErofsFormat.BlocksOf(chunk.Length);
        if (IsZero(chunk))
        {
            _hasHoles = true;
            AddExtent(DataExtent.Hole(blocks));
        }
        else
        {
            AddExtent(new(0, image.Block, blocks));
            image.Append(chunk);
        }
    }

    private void AddExtent(DataExtent next)
    {
        if (_extents.Count > 0 && _extents[^1] is var last && last.IsHole == next.IsHole) // data of one file lies together
        {
            _extents[^1] = last with { BlockCount = last.BlockCount + next.BlockCount };
        }
        else
        {
            _extents.Add(next);
        }
    }
}
