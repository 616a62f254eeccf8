using System.Text;

namespace Strata.Images.Capturing;

/// <summary>
/// What a step makes or changes that is not part of its layer: it differs each time, and nothing needs it. What lies below keeps such files as they are, and
/// what a step removes is removed (docs/images.md, "What is left out of a layer").
/// </summary>
internal static class CaptureRules
{
    /// <summary>'*' stands for any part of one name; a rule that begins with "**/" counts in every directory. With all below.</summary>
    public static IReadOnlyList<CaptureRule> All { get; } =
    [
        new("run/*", "exists while something runs"),
        new("tmp/*", "is not kept between steps"),
        new("etc/machine-id", "is this machine's, made at its first start"),
        new("var/lib/dbus/machine-id", "is this machine's, made at its first start"),
        new("var/lib/apt/lists/*", "is the mirror's state of that minute"),
        new("var/cache/apt/*", "is downloaded or computed again"),
        new("var/cache/debconf/*-old", "is a backup of the tool that changed the file"),
        new("var/lib/dpkg/*-old", "is a backup of the tool that changed the file"),
        new("var/cache/ldconfig/aux-cache", "holds inode numbers and times"),
        new("var/log/apt/*", "is a log"),
        new("var/log/dpkg.log", "is a log"),
        new("var/log/alternatives.log", "is a log"),
        new("var/log/bootstrap.log", "is a log"),
        new("var/log/fontconfig.log", "is a log"),
        new("**/.npm/_logs/*", "is a log"),
    ];

    public static bool LeavesOut(ReadOnlySpan<byte> path)
    {
        foreach (var rule in All)
        {
            if (rule.Matches(path))
            {
                return true;
            }
        }

        return false;
    }
}

/// <param name="Pattern">From the root, without its '/'.</param>
/// <param name="Why">Of what it names.</param>
internal sealed record CaptureRule(string Pattern, string Why)
{
    private readonly bool _everywhere = Pattern.StartsWith("**/", StringComparison.Ordinal);
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(Pattern.StartsWith("**/", StringComparison.Ordinal) ? Pattern[3..] : Pattern);

    public bool Matches(ReadOnlySpan<byte> path)
    {
        if (_everywhere && path.Count((byte)'/') is var depth && _pattern.AsSpan().Count((byte)'/') is var ownDepth)
        {
            for (; depth > ownDepth; depth--)
            {
                path = path[(path.IndexOf((byte)'/') + 1)..];
            }
        }

        return Matches(_pattern, path);
    }

    private static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> path)
    {
        var star = pattern.IndexOf((byte)'*');
        if (star < 0)
        {
            return pattern.SequenceEqual(path);
        }

        var head = pattern[..star];
        var tail = pattern[(star + 1)..];
        return path.Length > head.Length + tail.Length && path.StartsWith(head) && path.EndsWith(tail)
            && !path[head.Length..^tail.Length].Contains((byte)'/');
    }
}
