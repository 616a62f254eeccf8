using System.Text.Json;

namespace Strata.Caching.Presets;

/// <summary>The presets of presets.json, read when the first is asked for.</summary>
public static class CachePresets
{
    private static readonly Lazy<IReadOnlyDictionary<string, CachePreset>> Known = new(Read);

    /// <summary>In the file's order.</summary>
    public static IEnumerable<CachePreset> All => Known.Value.Values;

    /// <summary>Null: there is none of this name.</summary>
    public static CachePreset? Find(string name) => Known.Value.GetValueOrDefault(name);

    private static Dictionary<string, CachePreset> Read()
    {
        using var file = typeof(CachePresets).Assembly.GetManifestResourceStream("presets.json") ?? throw new InvalidOperationException("presets.json is not in the program.");
        using var document = JsonDocument.Parse(file);
        var presets = new Dictionary<string, CachePreset>(StringComparer.Ordinal);
        foreach (var preset in document.RootElement.EnumerateObject())
        {
            presets.Add(preset.Name, Of(preset.Name, preset.Value));
        }

        return presets;
    }

    private static CachePreset Of(string name, JsonElement json)
    {
        var tree = json.TryGetProperty("tree", out var isTree) && isTree.GetBoolean();
        var rolling = json.TryGetProperty("rolling", out var isRolling) && isRolling.GetBoolean();
        return new()
        {
            Name = name,
            Paths = Texts(json.GetProperty("paths")),
            LockFiles = Texts(json.GetProperty("lockFiles")),
            OtherInputs = json.TryGetProperty("otherInputs", out var others) ? Texts(others) : [],
            IsTree = tree,
            RestoreKeys = tree ? [] : [$"{name}-"],
            Vary = Texts(json.GetProperty("vary")),
            Env = json.GetProperty("env").EnumerateObject().ToDictionary(static variable => variable.Name, static variable => variable.Value.GetString()!, StringComparer.Ordinal),
            Rolling = rolling,
            About = json.GetProperty("about").GetString()!,
        };
    }

    private static IReadOnlyList<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetString()!)];
}
