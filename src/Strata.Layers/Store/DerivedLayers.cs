using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// Which layer a key gave: one small file for each key, <c>derived/KEY-HEX</c>, that holds the layer's digest and is replaced as a whole. Lost, torn or stale,
/// it costs making the layer once more; it keeps no layer from being collected.
/// </summary>
internal static class DerivedLayers
{
    public const string DirectoryName = "derived";

    private const int LengthMax = 128;

    public static Digest? Find(string organization, Digest key)
    {
        try
        {
            var path = PathOf(organization, key);
            return new FileInfo(path) is { Exists: true, Length: <= LengthMax } && Digest.TryParse(File.ReadAllText(path).TrimEnd('\n'), null, out var layer) ? layer : null;
        }
        catch (IOException)
        {
            return null; // removed meanwhile, or unreadable: to be made anew
        }
    }

    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static void Record(string organization, Digest key, Digest layer)
    {
        var directory = Path.Combine(organization, DirectoryName);
        Directory.CreateDirectory(directory);
        var written = Path.Combine(directory, $"{StagingDirectory.Prefix}{Guid.NewGuid():n}");
        try
        {
            File.WriteAllText(written, $"{layer}\n"); // not synced: after a crash it is whole, or no digest
            File.Move(written, PathOf(organization, key), overwrite: true);
        }
        catch
        {
            File.Delete(written);
            throw;
        }
    }

    /// <summary>Those whose layers are gone, and what killed writers left for an hour.</summary>
    public static void RemoveForgotten(string organization, Func<Digest, bool> isPresent, DateTimeOffset now)
    {
        var directory = Path.Combine(organization, DirectoryName);
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(directory))
        {
            var name = Path.GetFileName(path);
            var isForgotten = LayerPaths.DigestOf(name) is { } key
                ? Find(organization, key) is not { } layer || !isPresent(layer)
                : File.GetLastWriteTimeUtc(path) < (now - TimeSpan.FromHours(1)).UtcDateTime;
            if (isForgotten)
            {
                File.Delete(path);
            }
        }
    }

    private static string PathOf(string organization, Digest key) => Path.Combine(organization, DirectoryName, key.Hex);
}
