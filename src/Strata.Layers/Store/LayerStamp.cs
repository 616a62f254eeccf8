using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>Which file was verified, and when it was used last. Lost or torn, it costs one more verification.</summary>
internal static class LayerStamp
{
    /// <summary>A last use is written at most this often: it is a write to the disk.</summary>
    public static readonly TimeSpan UsePrecision = TimeSpan.FromMinutes(1);

    public static void Write(string path, FileStamp image, TimeProvider time)
    {
        File.WriteAllText(path, Text(image));
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Whether this very file was verified.</summary>
    public static bool Covers(string path, FileStamp image)
    {
        try
        {
            return File.ReadAllText(path) == Text(image);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>When there is no stamp, since the image is there.</summary>
    public static DateTimeOffset LastUsed(string path, FileStamp image) =>
        FileStamp.Find(path) is { } stamp ? DateTimeOffset.UnixEpoch.AddTicks(stamp.ModifiedNs / TimeSpan.NanosecondsPerTick)
            : DateTimeOffset.UnixEpoch.AddTicks(image.ModifiedNs / TimeSpan.NanosecondsPerTick);

    /// <summary>Notes a use. That it cannot be noted (read-only, removed meanwhile) is no failure of the use.</summary>
    public static void Touch(string path, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        try
        {
            if ((now - File.GetLastWriteTimeUtc(path)).Duration() >= UsePrecision)
            {
                File.SetLastWriteTimeUtc(path, now);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Without the device: its number may be another after a restart of the host.
    private static string Text(FileStamp image) => $"{image with { Device = 0 }}\n";
}
