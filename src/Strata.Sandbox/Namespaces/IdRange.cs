using System.Globalization;

namespace Strata.Sandbox.Namespaces;

/// <summary>Ids 0…Size-1 of a job are HostBase…HostBase+Size-1 of the host (or of the namespace strata runs in).</summary>
internal readonly record struct IdRange(uint HostBase, uint Size)
{
    /// <summary>Layers with higher ids are refused (DESIGN §5).</summary>
    internal const uint FullSize = 1 << 20;

    // Within the range systemd sets aside for containers (UIDS-GIDS.md), above what /etc/subuid hands out by default.
    internal const uint FirstBase = 0x20000000;

    internal const int SlotCountMax = 2048;

    /// <summary>A range of its own for each live sandbox, so that even a process that broke out could not touch another's files.</summary>
    internal static IdRange OfSlot(int slot) => new(FirstBase + ((uint)slot * FullSize), FullSize);

    public string MapLine => string.Create(CultureInfo.InvariantCulture, $"0 {HostBase} {Size}\n");
}
