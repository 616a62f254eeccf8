namespace Strata.Layers.Erofs;

/// <summary>Device numbers as Linux writes them to disks (linux/kdev_t.h, new_encode_dev): minor 0–7 · major 8–19 · rest of minor 20–31.</summary>
internal static class DeviceNumber
{
    private const uint MajorMax = 0xfff, MinorMax = 0xfffff;

    /// <summary>Null: out of range.</summary>
    public static uint? Encode(uint major, uint minor) =>
        major <= MajorMax && minor <= MinorMax ? (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12) : null;

    public static (uint Major, uint Minor) Decode(uint number) => ((number >> 8) & MajorMax, (number & 0xff) | ((number >> 12) & ~0xffu));
}
