using System.Globalization;
using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// What selections of layers show: one small file for each, <c>summaries/KEY-HEX</c>, named by the hash of the layers' digests and of what is selected: it can only be right or torn, and a torn one
/// does not have the digest it ends with. Lost, it costs looking at the layers' indexes once more.
/// </summary>
internal static class RememberedSummaries
{
    public const string DirectoryName = "summaries";

    private const int LengthMax = 512;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    public static TreeSummary? Find(string organization, Digest key)
    {
        try
        {
            var path = PathOf(organization, key);
            return new FileInfo(path) is { Exists: true, Length: <= LengthMax } ? Parse(File.ReadAllText(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // removed meanwhile, or unreadable: to be made anew
        }
    }

    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static void Record(string organization, Digest key, TreeSummary summary)
    {
        var directory = Path.Combine(organization, DirectoryName);
        Directory.CreateDirectory(directory);
        var written = Path.Combine(directory, $"{StagingDirectory.Prefix}{Guid.NewGuid():n}");
        try
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{summary.Tree} {summary.Newest.Seconds} {summary.Newest.Nanoseconds}");
            File.WriteAllText(written, $"{text} {Digest.Of(System.Text.Encoding.ASCII.GetBytes(text))}\n"); // not synced: see Parse
            File.Move(written, PathOf(organization, key), overwrite: true);
        }
        catch
        {
            File.Delete(written);
            throw;
        }
    }

    /// <summary>Those that nobody made for a while, and what killed writers left.</summary>
    public static void RemoveOld(string organization, DateTimeOffset now)
    {
        var directory = Path.Combine(organization, DirectoryName);
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(directory))
        {
            if (File.GetLastWriteTimeUtc(path) < (now - Kept).UtcDateTime)
            {
                File.Delete(path);
            }
        }
    }

    private static TreeSummary? Parse(string text)
    {
        var fields = text.TrimEnd('\n').Split(' ');
        return fields.Length == 4
            && Digest.TryParse(fields[3], null, out var check)
            && check == Digest.Of(System.Text.Encoding.ASCII.GetBytes(string.Join(' ', fields[..3])))
            && Digest.TryParse(fields[0], null, out var tree)
            && long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds)
            ? new(tree, new(seconds, nanoseconds))
            : null;
    }

    private static string PathOf(string organization, Digest key) => Path.Combine(organization, DirectoryName, key.Hex);
}
