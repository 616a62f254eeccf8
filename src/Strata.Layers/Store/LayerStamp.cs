using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>Which image and index were verified, a line each, and when they were used last. Lost or torn, it costs one more verification.</summary>
internal static class LayerStamp
{
    /// <summary>A last use is written at most this often: it is a write to the disk.</summary>
    public static readonly TimeSpan UsePrecision = TimeSpan.FromMinutes(1);

    /// <param name="index">Null: there is none.</param>
    public static void Write(string path, FileStamp image, FileStamp? index, TimeProvider time)
    {
        File.WriteAllText(path, Text(image) + Text(index));
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Whether these very files were verified. A stamp of one line is of a time when the index was not.</summary>
    public static (bool Image, bool Index) Covers(string path, FileStamp image, FileStamp? index)
    {
        try
        {
            var verified = File.ReadAllText(path);
            var ofImage = Text(image);
            var coversImage = verified.StartsWith(ofImage, StringComparison.Ordinal);
            return (coversImage, coversImage && verified.AsSpan(ofImage.Length).SequenceEqual(Text(index)));
        }
        catch (IOException)
        {
            return default;
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
    private static string Text(FileStamp? file) => file is { } stamp ? $"{stamp with { Device = 0 }}\n" : "-\n";
}
