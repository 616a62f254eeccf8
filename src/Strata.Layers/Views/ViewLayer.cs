using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Posix;
using Strata.Layers.Store;

namespace Strata.Layers.Views;

/// <summary>A layer of a part, open for one walk.</summary>
internal sealed class ViewLayer : IDisposable
{
    private const int CopySize = 1 << 20;

    private static readonly long HashedMax = TreeImportLimits.Default.SizeBytesMax; // holes cost an image nothing, and who reads them a day

    private readonly ErofsReader _reader;
    private readonly Dictionary<ulong, RawInode> _known = []; // an inode is read once, whatever its names and whoever asks
    private readonly Task<IndexContents?> _index;
    private long _hashed;

    /// <param name="forContents">Whether digests of contents will be asked for.</param>
    public ViewLayer(LayerLease lease, bool forContents = true)
    {
        _reader = ErofsReader.Open(lease.Image, ownsFile: false);
        Nodes = _reader.Nodes();
        _index = forContents
            ? Task.Run(() => lease.IndexPath is { } path ? LayerIndex.Open(path).Contents() : null) // beside the walk's beginning
            : Task.FromResult<IndexContents?>(null);
        Devices = [new(lease.Digest, _reader.BlockCount), .. _reader.Devices];
    }

    public ErofsNodes Nodes { get; }

    /// <summary>Where its extents are: itself first, then what it stands on, if it is a view.</summary>
    public IReadOnlyList<ErofsDevice> Devices { get; }

    /// <summary>Anything but a directory: those have one name, and are read by who enters them.</summary>
    public RawInode Read(ulong nid, EntryKind kind, ReadOnlySpan<byte> shownPath)
    {
        if (_known.TryGetValue(nid, out var known))
        {
            return known;
        }

        var inode = Nodes.Read(nid, kind, shownPath);
        if (inode.Links > 1 || kind is EntryKind.CharacterDevice) // those are looked at twice: whether they are whiteouts
        {
            _known.Add(nid, inode);
        }

        return inode;
    }

    /// <param name="path">In this layer; asked for in path order.</param>
    public Digest ContentOf(ReadOnlySpan<byte> path, long size, ReadOnlySpan<DataExtent> extents) =>
        _index.GetAwaiter().GetResult() is { } index ? index.Find(path, size) : Hash(path, size, extents);

    /// <inheritdoc cref="ContentOf(ReadOnlySpan{byte}, long, ReadOnlySpan{DataExtent})"/>
    public Digest ContentOf(ReadOnlySpan<byte> path, in RawInode inode) =>
        _index.GetAwaiter().GetResult() is { } index ? index.Find(path, inode.Size) : Hash(path, inode.Size, Nodes.Extents(inode));

    /// <summary>A file's content, if the layer has it itself.</summary>
    public byte[] ReadContent(in RawInode file, ReadOnlySpan<byte> path)
    {
        if (Devices.Count > 1)
        {
            throw new DamagedLayerException($"{PosixPath.Show(path)}: it is in a view, and its content is elsewhere.");
        }

        var entry = FileOf(path, file.Size, Nodes.Extents(file).ToArray());
        var content = new byte[file.Size];
        _reader.ReadContent(entry, 0, content);
        return content;
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>Of a layer that was stored without an index.</summary>
    private Digest Hash(ReadOnlySpan<byte> path, long size, ReadOnlySpan<DataExtent> extents)
    {
        if (Devices.Count > 1)
        {
            throw new DamagedLayerException($"{PosixPath.Show(path)}: the view it is in has no index, and its content is elsewhere.");
        }

        _hashed += size;
        if (size > HashedMax || _hashed > HashedMax)
        {
            throw new DamagedLayerException($"{PosixPath.Show(path)}: the files of a layer without an index have more than {HashedMax} bytes.", LayerFault.TooLarge);
        }

        var file = FileOf(path, size, extents.ToArray());
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = GC.AllocateUninitializedArray<byte>(CopySize);
        for (var at = 0L; at < size;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(CopySize, size - at));
            _reader.ReadContent(file, at, part);
            hash.AppendData(part);
            at += part.Length;
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static ErofsEntry FileOf(ReadOnlySpan<byte> path, long size, DataExtent[] extents) =>
        new(new() { Kind = EntryKind.File, Path = path.ToArray(), Mode = 0, User = 0, Group = 0, Modified = default, Size = size }, extents);
}
