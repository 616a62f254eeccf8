using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>
/// Writes a layer name by name: contents go to the image as they come, names stay in memory (about 110 bytes each) until <see cref="Finish"/>.
/// The same names and contents in the same order give the same bytes; packing from a directory goes in path order. Not for concurrent use.
/// </summary>
public sealed class LayerBuilder : IDisposable
{
    private static readonly Digest EmptyContent = Digest.Of([]);

    private readonly LayerTarget _target;
    private readonly SafeFileHandle _file;
    private readonly BlockAppender _image;
    private readonly FileDataWriter _data;
    private readonly IReadOnlyList<ErofsDevice> _devices;
    private LayerEntry? _current;
    private byte[]? _expectedHead;

    /// <param name="devices">Images that <see cref="AddExternalFile"/> may point into, as mounts will name them; empty unless this is a view.</param>
    /// <param name="lastWins">Whether a name that comes again replaces the first (tar), or is refused.</param>
    /// <param name="namesMax">Null: as many as <see cref="TreeImportLimits.Default"/> allows to be read again.</param>
    /// <exception cref="IOException">A file cannot be made, or exists.</exception>
    public LayerBuilder(LayerTarget target, IReadOnlyList<ErofsDevice>? devices = null, bool lastWins = false, long? namesMax = null)
    {
        _target = target;
        _devices = devices ?? [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_devices.Count, ushort.MaxValue);
        Tree = new(lastWins, namesMax, $"{target.ImagePath}-digests");
        _file = File.OpenHandle(target.ImagePath, FileMode.CreateNew, FileAccess.ReadWrite);
        _image = new(_file, (long)ErofsSuperblock.HeadBlocks(_devices.Count) << ErofsFormat.BlockBits);
        _data = new(_image);
    }

    internal EntryTree Tree { get; }

    /// <summary>Anything but a file with content.</summary>
    /// <exception cref="HostileArchiveException">It has no place in this tree: below something that is no directory, it comes twice, or there are too many.</exception>
    public void Add(LayerEntry entry)
    {
        Debug.Assert(_current is null);
        if (entry.Kind is EntryKind.File && entry.Size != 0)
        {
            throw new ArgumentException($"{PosixPath.Show(entry.Path)} has content.", nameof(entry));
        }

        var inode = Tree.Add(entry);
        if (entry.Kind is EntryKind.File)
        {
            Tree.SetContent(inode, EmptyContent);
        }
    }

    /// <summary>A file whose content follows: <see cref="Write"/> as often as needed, then <see cref="EndFile"/>.</summary>
    public void BeginFile(LayerEntry entry)
    {
        Debug.Assert(_current is null && entry.Kind is EntryKind.File);
        _current = entry;
        _data.Begin(entry.Size);
    }

    public void Write(ReadOnlySpan<byte> content) => _data.Write(content);

    /// <returns>The content's digest.</returns>
    /// <exception cref="IOException">It is not as long as its entry said.</exception>
    public Digest EndFile()
    {
        var entry = _current!;
        _current = null;
        var (content, start, extents) = _data.End();
        if (_data.Written != entry.Size)
        {
            throw new IOException($"{PosixPath.Show(entry.Path)}: {_data.Written} bytes came, {entry.Size} were announced.");
        }

        SetData(Tree.Add(entry), content, start, extents);
        return content;
    }

    /// <summary>A file whose blocks are on other devices: nothing is copied.</summary>
    /// <param name="content">Of the whole content, as the other layer's index says.</param>
    /// <param name="extents">In the file's order; together they cover its size. Device 1 is the first given to the constructor.</param>
    public void AddExternalFile(LayerEntry entry, Digest content, IReadOnlyList<DataExtent> extents)
    {
        var blocks = 0L;
        foreach (var extent in extents)
        {
            var fits = extent.BlockCount > 0 && (extent.IsHole
                || (extent.Device > 0 && extent.Device <= _devices.Count && extent.StartBlock + extent.BlockCount <= _devices[extent.Device - 1].BlockCount));
            blocks += fits ? extent.BlockCount : throw new ArgumentException($"{PosixPath.Show(entry.Path)}: {extent} is not on its device.", nameof(extents));
        }

        if (blocks != ErofsFormat.BlocksOf(entry.Size))
        {
            throw new ArgumentException($"{PosixPath.Show(entry.Path)}: {blocks} blocks for {entry.Size} bytes.", nameof(extents));
        }

        var inode = Tree.Add(entry);
        Tree.SetContent(inode, content);
        if (blocks > 0)
        {
            Tree.SetPieces(inode, [.. extents]);
        }
    }

    /// <summary>Hides what lower layers hold in a directory, which need not have been added yet.</summary>
    public void MarkOpaque(ReadOnlySpan<byte> path) => Tree.MarkOpaque(path);

    /// <summary>
    /// When all names and sizes are known before the first content: the superblock is likely to be the one of that tree without holes and
    /// files' attributes. If it is, the image is hashed while it is written.
    /// </summary>
    internal void ExpectNames(long dataBlocks)
    {
        Tree.Sort();
        _expectedHead = Head(new(Tree, _image.Block + dataBlocks, _devices.Count > 0));
        _image.Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _image.Hash.AppendData(_expectedHead);
    }

    /// <summary>As <see cref="BeginFile"/>, for a file that is in the tree already and whose content is hashed by its reader.</summary>
    internal void BeginRead(long size) => _data.Begin(size, hashes: false);

    internal void EndRead(int inode, Digest content)
    {
        var (_, start, extents) = _data.End();
        SetData(inode, content, start, extents);
    }

    /// <summary>Small files that are in the tree already, each from a block's start.</summary>
    internal void WriteBatch(ReadJob job, PagedList<PendingFile> files, ReadOnlySpan<byte> blocks)
    {
        var block = _image.Block;
        _image.Append(blocks);
        for (var i = 0; i < job.Count; i++)
        {
            var inode = Tree.InodeIndexOf(files[job.First + i].Node);
            var size = Tree.InodeAt(inode).Size;
            SetData(inode, job.Contents[i], size > 0 ? block : 0, null);
            block += (uint)ErofsFormat.BlocksOf(size);
        }
    }

    /// <summary>Writes names and superblock; the layer is whole then, though not yet on disk.</summary>
    public PackedLayer Finish()
    {
        Debug.Assert(_current is null);
        Tree.Sort();
        _image.Pad();
        var layout = new MetadataLayout(Tree, _image.Block, _devices.Count > 0);
        new MetadataWriter(Tree, layout, _image, _devices.Count > 0).Write();
        _image.Flush();
        Debug.Assert(_image.Block == layout.BlockCount);
        var head = Head(layout);
        RandomAccess.Write(_file, head, 0);
        using var index = _target.IndexPath is { } path ? new LayerIndexWriter(path) : null;
        using var summary = new LayerSummary(Tree, index);
        var tree = summary.Compute();
        return new(DigestOfImage(head), _image.Position, tree, Tree.NodeCount, summary.ContentBytes);
    }

    public void Dispose()
    {
        Tree.Close();
        _data.Dispose();
        _image.Hash?.Dispose();
        _file.Dispose();
    }

    private void SetData(int inode, Digest content, uint start, DataExtent[]? extents)
    {
        Tree.InodeAt(inode).StartBlock = start;
        Tree.SetContent(inode, content);
        if (extents is not null)
        {
            Tree.SetPieces(inode, extents);
        }
    }

    private byte[] Head(MetadataLayout layout) => new ErofsSuperblock(
        (ushort)Tree.InodeOf(EntryTree.Root).Nid, layout.InodeCount, layout.BlockCount, layout.MetadataBlock, layout.HasPieces).ToBytes(_devices);

    /// <summary>The superblock comes first and is known last: unless it was expected right, a second pass.</summary>
    private Digest DigestOfImage(byte[] head)
    {
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        if (_image.Hash is { } passed && head.AsSpan().SequenceEqual(_expectedHead))
        {
            passed.GetHashAndReset(result);
            return Digest.FromHash(result);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(RandomAccess.GetLength(_file), 1 << 20));
        for (var at = 0L; RandomAccess.Read(_file, buffer, at) is var count and > 0; at += count)
        {
            hash.AppendData(buffer, 0, count);
        }

        hash.GetHashAndReset(result);
        return Digest.FromHash(result);
    }
}
