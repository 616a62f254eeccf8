using System.Buffers.Binary;
using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>One directory's names as blocks: '.' and '..' sorted in, no name across a border.</summary>
internal sealed class DirectoryBlocks(EntryTree tree)
{
    private const int Self = -1, Parent = -2;

    private readonly List<int> _order = [];
    private readonly byte[] _block = new byte[ErofsFormat.BlockSize];
    private int _directory;

    /// <summary>How many names the blocks loaded next hold.</summary>
    public int Subdirectories { get; private set; }

    public void Load(int directory)
    {
        _directory = directory;
        _order.Clear();
        Subdirectories = 0;
        var dots = 0; // how many of '.' and '..' are in
        for (var child = tree.FirstChildOf(directory); child != EntryTree.None; child = tree.NextOf(child))
        {
            for (; dots < 2 && tree.NameOf(child).SequenceCompareTo(Dots(dots)) > 0; dots++)
            {
                _order.Add(dots == 0 ? Self : Parent);
            }

            _order.Add(child);
            Subdirectories += tree.InodeOf(child).Kind is EntryKind.Directory ? 1 : 0;
        }

        for (; dots < 2; dots++)
        {
            _order.Add(dots == 0 ? Self : Parent);
        }
    }

    /// <summary>Bytes of the whole directory: full blocks, then the last one as far as it is used.</summary>
    public long Size()
    {
        var size = 0L;
        for (var first = 0; first < _order.Count;)
        {
            (var count, var used) = Fit(first);
            first += count;
            size += first < _order.Count ? ErofsFormat.BlockSize : used;
        }

        return size;
    }

    /// <summary>Calls <paramref name="write"/> for each block: all but the last are full, the last is as long as it is used.</summary>
    public void Write(Action<ReadOnlySpan<byte>, bool> write)
    {
        for (var first = 0; first < _order.Count;)
        {
            var (count, used) = Fit(first);
            Fill(first, count);
            first += count;
            var isLast = first == _order.Count;
            write(_block.AsSpan(0, isLast ? used : ErofsFormat.BlockSize), isLast);
        }
    }

    private (int Count, int Used) Fit(int first)
    {
        var used = 0;
        var at = first;
        for (; at < _order.Count; at++)
        {
            var needed = ErofsFormat.DirectoryEntrySize + Name(_order[at]).Length;
            if (used + needed > ErofsFormat.BlockSize)
            {
                break;
            }

            used += needed;
        }

        return (at - first, used);
    }

    private void Fill(int first, int count)
    {
        var nameAt = count * ErofsFormat.DirectoryEntrySize;
        for (var i = 0; i < count; i++)
        {
            var item = _order[first + i];
            var node = item switch { Self => _directory, Parent => tree.ParentOf(_directory), _ => item };
            ref var inode = ref tree.InodeOf(node);
            var entry = _block.AsSpan(i * ErofsFormat.DirectoryEntrySize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, inode.Nid);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)nameAt);
            entry[10] = TypeOf(inode.Kind);
            entry[11] = 0;
            var name = Name(item);
            name.CopyTo(_block.AsSpan(nameAt));
            nameAt += name.Length;
        }

        _block.AsSpan(nameAt).Clear();
    }

    private ReadOnlySpan<byte> Name(int item) => item switch { Self => Dots(0), Parent => Dots(1), _ => tree.NameOf(item) };

    private static ReadOnlySpan<byte> Dots(int index) => index == 0 ? "."u8 : ".."u8;

    /// <summary>FT_… of include/linux/fs_types.h.</summary>
    private static byte TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => 1,
        EntryKind.Directory => 2,
        EntryKind.CharacterDevice => 3,
        EntryKind.BlockDevice => 4,
        EntryKind.Fifo => 5,
        _ => 7,
    };
}
