using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;

namespace Strata.Layers.Erofs;

/// <summary>
/// Digests of contents, by number. They are written once, and read once in about the order they came in: after the first, in a file instead of in memory. Not for concurrent use.
/// </summary>
/// <param name="file">Made when it is needed, and without a name at once. Null: all stay in memory.</param>
internal sealed class DigestList(string? file)
{
    private const int InMemoryMax = 1 << 18; // 8 MiB
    private const int PageBits = 7; // 4 KiB
    private const int PageSize = 1 << PageBits;
    private const int CacheSize = 256; // pages: 1 MiB

    private readonly PagedList<Digest> _first = new();
    private readonly Digest[] _last = new Digest[PageSize]; // not in the file yet
    private readonly Page[] _cache = new Page[CacheSize];
    private SafeFileHandle? _file;
    private int _spilled;

    /// <summary>Its number.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public int Add(Digest digest)
    {
        if (file is null || _first.Count < InMemoryMax)
        {
            return _first.Add(digest);
        }

        _last[_spilled & (PageSize - 1)] = digest;
        if ((++_spilled & (PageSize - 1)) == 0)
        {
            RandomAccess.Write(_file ??= Open(file), MemoryMarshal.AsBytes<Digest>(_last), PlaceOf((_spilled >> PageBits) - 1));
        }

        return checked(InMemoryMax + _spilled - 1);
    }

    /// <exception cref="IOException">The disk fails.</exception>
    public Digest Get(int number)
    {
        if (number < _first.Count)
        {
            return _first[number];
        }

        var (page, at) = ((number - InMemoryMax) >> PageBits, number & (PageSize - 1));
        if (page == _spilled >> PageBits)
        {
            return _last[at];
        }

        ref var cached = ref _cache[page & (CacheSize - 1)];
        if (cached.Digests is not { } digests || cached.Number != page)
        {
            digests = cached.Digests ?? new Digest[PageSize];
            cached = default; // until it was read
            Read(MemoryMarshal.AsBytes(digests.AsSpan()), PlaceOf(page));
            cached = new(page, digests);
        }

        return digests[at];
    }

    /// <summary>The file goes. Nothing is read after that.</summary>
    public void Close() => _file?.Dispose();

    private void Read(Span<byte> target, long at)
    {
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(_file!, target, at);
            target = count > 0 ? target[count..] : throw new IOException($"{file} was cut off.");
            at += count;
        }
    }

    private static long PlaceOf(int page) => (long)page * PageSize * SHA256.HashSizeInBytes;

    private static SafeFileHandle Open(string path)
    {
        var opened = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        File.Delete(path);
        return opened;
    }

    private readonly record struct Page(int Number, Digest[]? Digests);
}
