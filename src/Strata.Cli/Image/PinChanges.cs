using Strata.Workflows.Locking;

namespace Strata.Cli.Image;

/// <param name="Change">added, moved, unchanged or removed; outdated or missing: it is not known (not asked) what it would be.</param>
/// <param name="From">The digest before, or null.</param>
/// <param name="To">The digest now, or null.</param>
/// <param name="Packages">Of a suite: what differs.</param>
internal sealed record PinChange(string Reference, string Change, string? From, string? To, IReadOnlyList<PackageChange> Packages);

/// <param name="From">Version; null: it was not there.</param>
/// <param name="To">Version; null: it is not there any more.</param>
internal sealed record PackageChange(string Name, string? From, string? To);

/// <summary>What differs between two lock files. Pure.</summary>
internal static class PinChanges
{
    public const string Unchanged = "unchanged";

    /// <param name="outdated">References whose pin does not hold any more, whatever <paramref name="after"/> says.</param>
    public static IReadOnlyList<PinChange> Of(ImageLock before, ImageLock after, IReadOnlySet<string> outdated)
    {
        var changes = new List<PinChange>();
        foreach (var reference in before.Images.Keys.Union(after.Images.Keys, StringComparer.Ordinal).Union(outdated, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (old, now) = (before.Images.GetValueOrDefault(reference), after.Images.GetValueOrDefault(reference));
            var packages = old is null || now is null ? [] : Packages(old.Packages, now.Packages);
            var change = outdated.Contains(reference) ? (old is null ? "missing" : "outdated") : old is null ? "added" : now is null ? "removed" : old.Digest == now.Digest && packages.Count == 0 && old.Resolved == now.Resolved ? Unchanged : "moved";
            changes.Add(new(reference, change, old?.Digest.ToString(), outdated.Contains(reference) ? null : now?.Digest.ToString(), packages));
        }

        return changes;
    }

    private static List<PackageChange> Packages(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var (old, now) = (Versions(before), Versions(after));
        var changes = new List<PackageChange>();
        foreach (var name in old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (old.GetValueOrDefault(name) is var was && now.GetValueOrDefault(name) is var version && was != version)
            {
                changes.Add(new(name, was, version));
            }
        }

        return changes;
    }

    /// <summary>Two definitions of one suite may ask for two versions of a package.</summary>
    private static Dictionary<string, string> Versions(IReadOnlyList<string> packages)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var at = package.IndexOf('=', StringComparison.Ordinal);
            var (name, version) = (package[..at], package[(at + 1)..]);
            versions[name] = versions.TryGetValue(name, out var other) ? $"{other}, {version}" : version;
        }

        return versions;
    }
}
