using Strata.Caching.Keys;

namespace Strata.Caching.Entries;

/// <summary>What a commit must be to be looked at: decided from itself alone.</summary>
internal static class CommitRules
{
    private const int ManifestLengthMax = 1 << 20;
    private const int EffectsLengthMax = 8 << 20;
    private const int PathsMax = 256;
    private const int NameLengthMax = 512;

    /// <returns>Why it is refused, one line for people; null: it is not.</returns>
    public static string? Check(CacheCommit commit)
    {
        var (draft, content) = (commit.Draft, commit.Content);
        return CacheKey.Check(draft.Key) is { } problem ? $"the key cannot be used: {problem}"
            : draft.Name.Length is 0 or > NameLengthMax ? "the name is empty or too long"
            : content.Paths.Count > PathsMax ? $"it has more than {PathsMax} paths"
            : content.Layers().Count > CacheContent.LayersMax ? $"it has more than {CacheContent.LayersMax} layers"
            : draft.Kind is EntryKind.Dependency && content.Paths.All(static path => path.Tree is null or { Files: 0 }) ? "there is nothing to save: all its paths are absent or empty"
            : commit.Manifest.Length > ManifestLengthMax ? "its manifest is larger than 1 MiB"
            : commit.Effects?.Length > EffectsLengthMax ? "what it did besides its outputs is larger than 8 MiB"
            : null;
    }
}
