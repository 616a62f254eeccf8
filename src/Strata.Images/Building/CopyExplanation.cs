using System.Globalization;
using System.Text;
using Strata.Core;
using Strata.Images.Copying;
using Strata.Images.Keys;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;

namespace Strata.Images.Building;

/// <summary>Which files are not as they were when a copy was built last.</summary>
internal static class CopyExplanation
{
    private const int FilesShownMax = 10;

    /// <param name="before">The layer of then.</param>
    /// <param name="target">Where its files lie in it.</param>
    /// <returns>Empty: they do not lie there.</returns>
    public static IReadOnlyList<KeyChange> Of(LayerIndex before, PlannedCopy now, string target)
    {
        var old = FilesBelow(before, target);
        if (old.Count == 0)
        {
            return [];
        }

        var changes = new List<KeyChange>();
        foreach (var (path, entry) in now.Entries)
        {
            if (entry.Entry.Kind is EntryKind.Directory)
            {
                continue;
            }

            var name = Encoding.UTF8.GetString(path);
            var state = StateOf(entry);
            if (!old.Remove(name, out var was))
            {
                changes.Add(new($"file {name}", null, state));
            }
            else if (was != state)
            {
                changes.Add(new($"file {name}", was, state));
            }
        }

        changes.AddRange(old.Select(static gone => new KeyChange($"file {gone.Key}", gone.Value, null)));
        return changes.Count <= FilesShownMax ? changes
            : [.. changes.Take(FilesShownMax), new("files", null, string.Create(CultureInfo.InvariantCulture, $"{changes.Count - FilesShownMax} more changed"))];
    }

    private static Dictionary<string, string> FilesBelow(LayerIndex layer, string target)
    {
        var prefix = target.Trim('/');
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in layer.Entries())
        {
            var path = Encoding.UTF8.GetString(entry.Entry.Path);
            if (entry.Entry.Kind is EntryKind.Directory)
            {
                continue;
            }

            if (prefix.Length == 0 || path.StartsWith(prefix + "/", StringComparison.Ordinal))
            {
                files[path[(prefix.Length == 0 ? 0 : prefix.Length + 1)..]] = StateOf(entry);
            }
            else if (path == prefix)
            {
                files[path[(path.LastIndexOf('/') + 1)..]] = StateOf(entry);
            }
        }

        return files;
    }

    private static string StateOf(IndexEntry entry) => entry.Entry.Kind switch
    {
        EntryKind.Symlink => $"link to {Encoding.UTF8.GetString(entry.Entry.Link)}",
        EntryKind.File => string.Create(CultureInfo.InvariantCulture, $"{(entry.Content ?? Digest.Of([])).Short}, mode {Convert.ToString(entry.Entry.Mode, 8)}"),
        var kind => kind.ToString(),
    };
}
