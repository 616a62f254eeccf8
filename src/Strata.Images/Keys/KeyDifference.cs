using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Explain;
using Strata.Core.Text;

namespace Strata.Images.Keys;

/// <summary>Why two steps have not the same key. Manifests hold no secrets, so neither does this.</summary>
internal static class KeyDifference
{
    /// <summary>The input of a copy that <see cref="Copying.CopyDifference"/> says more of.</summary>
    public const string CopiedFiles = "copied files";

    private const int ShownMax = 100; // characters of a value

    private static readonly (string Member, string Words)[] Inputs =
    [
        ("format", "format of layer keys"), ("platform", "platform"), ("below", "layers below"), ("instruction", "instruction"), ("command", "command"),
        ("shell", "shell"), ("env", "env"), ("args", "arg"), ("files", CopiedFiles), ("to", "to"), ("mode", "mode"), ("owner", "owner"), ("user", "user"),
        ("workdir", "workdir"), ("network", "network"),
    ];

    /// <returns>In the order a user thinks of them; empty: the keys are the same.</returns>
    public static IReadOnlyList<InputChange> Between(JsonObject before, JsonObject after)
    {
        var changes = new List<InputChange>();
        foreach (var (member, words) in Inputs)
        {
            var (old, now) = (before[member], after[member]);
            if (member is "env" or "args")
            {
                AddNames(changes, words, old as JsonObject ?? [], now as JsonObject ?? []);
            }
            else if (!JsonNode.DeepEquals(old, now))
            {
                changes.Add(member is "command" && old is not null && now is not null
                    ? InputChange.OfText(words, TextOf(old), TextOf(now), Quoted)
                    : new(words, Show(old), Show(now)));
            }
        }

        return changes;
    }

    private static void AddNames(List<InputChange> changes, string words, JsonObject before, JsonObject after)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        names.UnionWith(before.Select(static m => m.Key));
        names.UnionWith(after.Select(static m => m.Key));
        foreach (var name in names)
        {
            if (before.ContainsKey(name) != after.ContainsKey(name) || !JsonNode.DeepEquals(before[name], after[name]))
            {
                changes.Add(new($"{words} {Plain(name)}", Show(before[name]), Show(after[name])));
            }
        }
    }

    private static string? Show(JsonNode? value) => value is null ? null
        : Digest.TryParse(TextOf(value), null, out var digest) ? digest.Short
        : Quoted(TextOf(value));

    private static string TextOf(JsonNode value) => value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static string Quoted(string text) => $"\"{Plain(text)}\"";

    private static string Plain(string text) => ShownText.Of(text, ShownMax);
}
