using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>A file that was found and is still to be read. With size and time of modification, which the tree knows, it tells whether it is the same then.</summary>
internal readonly record struct PendingFile(int Node, ulong HostInode, long ChangedNs)
{
    public static PendingFile Of(int node, in StatXBuffer status) => new(node, status.Inode, Nanoseconds(status));

    public bool IsSame(in StatXBuffer status) => status.Inode == HostInode && Nanoseconds(status) == ChangedNs;

    private static long Nanoseconds(in StatXBuffer status) => unchecked((status.ChangeSeconds * 1_000_000_000) + status.ChangeNanoseconds);
}
