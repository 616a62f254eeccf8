using Strata.Sandbox.Native;

namespace Strata.Sandbox.Slots;

/// <summary>
/// Keeps directories of one job off the place where those of the last one were. ext4 does not give the number of a file out again in the minutes after its removal, and looks at each such number whenever it
/// makes a file there: a job that unpacks 20,000 files took ten times as long behind another that did. Of a directory marked as the top of hierarchies (chattr(1), <c>T</c>) the file system spreads the
/// children over the disk, by their names.
/// </summary>
internal static unsafe class FreshBlocks
{
    private const nuint GetFlags = 0x8008_6601; // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS: linux/fs.h
    private const nuint SetFlags = 0x4008_6602;
    private const uint TopOfHierarchies = 0x0002_0000;

    /// <summary>Of what is made in it from now on. Other file systems do without.</summary>
    internal static void Spread(string directory)
    {
        using var open = Descriptor.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        var flags = 0u;
        if (LibC.DeviceControl(open.Number(), GetFlags, &flags) == 0)
        {
            flags |= TopOfHierarchies;
            _ = LibC.DeviceControl(open.Number(), SetFlags, &flags); // refused: it is only slower
        }
    }
}
