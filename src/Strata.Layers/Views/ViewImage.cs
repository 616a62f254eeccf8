using System.Diagnostics;
using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Erofs;

namespace Strata.Layers.Views;

/// <summary>The image of a tree without data of its own: all places are known before the first byte, so it is written and hashed in one pass.</summary>
internal sealed class ViewImage
{
    private readonly EntryTree _tree;
    private readonly MetadataLayout _layout;
    private readonly byte[] _head;
    private readonly bool _hasDevices;

    public ViewImage(EntryTree tree, IReadOnlyList<ErofsDevice> devices)
    {
        (_tree, _hasDevices) = (tree, devices.Count > 0);
        _layout = new(tree, ErofsSuperblock.HeadBlocks(devices.Count), _hasDevices);
        _head = new ErofsSuperblock(
            (ushort)tree.InodeOf(EntryTree.Root).Nid, _layout.InodeCount, _layout.BlockCount, _layout.MetadataBlock, _layout.HasPieces).ToBytes(devices);
    }

    public (Digest Digest, long SizeBytes) Write(string path)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var image = new BlockAppender(file, 0) { Hash = hash };
        image.Append(_head);
        new MetadataWriter(_tree, _layout, image, _hasDevices).Write();
        image.StartSync(); // goes on beside the index
        Debug.Assert(image.Block == _layout.BlockCount);
        return (Digest.FromHash(hash.GetHashAndReset()), image.Position);
    }
}
