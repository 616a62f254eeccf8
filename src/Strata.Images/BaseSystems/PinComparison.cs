using Strata.Core;

namespace Strata.Images.BaseSystems;

/// <summary>Whether a base system is the pinned one. Pure.</summary>
internal static class PinComparison
{
    private const int ShownMax = 5;

    /// <param name="releases">Suite → digest of its InRelease, of the base system; null: not known.</param>
    /// <param name="installed"><c>name=version</c>.</param>
    /// <returns>What differs, as a clause, or null: it is the pinned one.</returns>
    public static string? Difference(string suite, SuitePin pin, IReadOnlyDictionary<string, string>? releases, IReadOnlyList<string> installed)
    {
        var release = releases?.GetValueOrDefault(suite) ?? "unknown";
        if (release != pin.Release.ToString())
        {
            return Moved(pin.Release.ToString(), release);
        }

        var other = Unpinned(installed, pin);
        return other.Count == 0 ? null
            : $"it now gives {string.Join(", ", other.Take(ShownMax))}{(other.Count > ShownMax ? $" and {other.Count - ShownMax} more" : "")}, which the lock file does not name";
    }

    public static string Moved(string pinned, string now) => $"its InRelease was {Short(pinned)} and is {Short(now)}";

    public static List<string> Unpinned(IReadOnlyList<string> installed, SuitePin pin)
    {
        var pinned = new HashSet<string>(pin.Packages, StringComparer.Ordinal);
        return [.. installed.Where(package => !pinned.Contains(package))];
    }

    /// <summary>All suites of a base system, updates and security too.</summary>
    public static bool IsSameState(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.GetValueOrDefault(pair.Key) == pair.Value);

    private static string Short(string digest) => Digest.TryParse(digest, null, out var parsed) ? parsed.Short : digest;
}
