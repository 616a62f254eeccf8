using System.Text.Json;
using Strata.Core;
using Strata.Core.Explain;
using Strata.Core.Text;

namespace Strata.Caching.Explain;

/// <summary>In what two manifests differ, and which class of outcome that is.</summary>
/// <param name="Changes">In the order a user thinks of them; at most <see cref="ManifestDifference.ChangesMax"/>.</param>
public sealed record ManifestChanges(IReadOnlyList<InputChange> Changes, OutcomeClass Class);

/// <summary>Why two keys are not the same, from what they are made of: canonical JSON of any kind of cache. Manifests hold no secrets, so neither does this.</summary>
public static class ManifestDifference
{
    public const int ChangesMax = 50;

    private const int ShownMax = 200; // characters of a value

    private static readonly string[] IdentityMembers = ["format", "name", "paths", "user", "os", "arch", "platform", "image"];

    private static readonly string[] CommandMembers = ["command", "shell", "directory", "workdir"];

    /// <returns>Text that is no JSON object has no difference to tell.</returns>
    public static ManifestChanges Between(string before, string after)
    {
        try
        {
            using var old = JsonDocument.Parse(before);
            using var now = JsonDocument.Parse(after);
            return old.RootElement.ValueKind is JsonValueKind.Object && now.RootElement.ValueKind is JsonValueKind.Object
                ? Between(old.RootElement, now.RootElement)
                : new([], OutcomeClass.Input);
        }
        catch (JsonException)
        {
            return new([], OutcomeClass.Input);
        }
    }

    private static ManifestChanges Between(JsonElement before, JsonElement after)
    {
        List<InputChange> identity = [], command = [], env = [], other = [];
        InputChange? key = null;
        foreach (var name in NamesOf(before, after))
        {
            var (old, now) = (MemberOf(before, name), MemberOf(after, name));
            if (AreSame(old, now))
            {
                continue;
            }

            if (name == "key")
            {
                key = new(name, Show(old), Show(now));
                continue;
            }

            var list = IdentityMembers.Contains(name) ? identity : CommandMembers.Contains(name) ? command : name == "env" ? env : other;
            Add(list, name, old, now);
        }

        if (key is not null && identity.Count + command.Count + env.Count + other.Count == 0)
        {
            other.Add(key); // else it only repeats what changed in it
        }

        return new(
            [.. identity.Concat(command).Concat(env).Concat(other).Take(ChangesMax)],
            identity.Count > 0 ? OutcomeClass.Identity : command.Count > 0 ? OutcomeClass.Command : env.Count > 0 && other.Count == 0 ? OutcomeClass.Env : OutcomeClass.Input);
    }

    private static void Add(List<InputChange> changes, string name, JsonElement? before, JsonElement? after)
    {
        if ((before ?? after)!.Value.ValueKind is JsonValueKind.Object && (after ?? before)!.Value.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in NamesOf(before, after))
            {
                var (old, now) = (MemberOf(before, member), MemberOf(after, member));
                if (!AreSame(old, now))
                {
                    changes.Add(new(name == "inputs" ? Plain(member) : $"{Plain(name)} {Plain(member)}", Show(old), Show(now)));
                }
            }
        }
        else if (before?.ValueKind is JsonValueKind.String && after?.ValueKind is JsonValueKind.String)
        {
            changes.Add(InputChange.OfText(Plain(name), before.Value.GetString()!, after.Value.GetString()!, Show));
        }
        else
        {
            changes.Add(new(Plain(name), Show(before), Show(after)));
        }
    }

    private static SortedSet<string> NamesOf(JsonElement? one, JsonElement? other)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var element in (JsonElement?[])[one, other])
        {
            foreach (var member in element?.EnumerateObject() ?? default)
            {
                names.Add(member.Name);
            }
        }

        return names;
    }

    private static JsonElement? MemberOf(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;

    /// <summary>Both are canonical: one value has one text.</summary>
    private static bool AreSame(JsonElement? one, JsonElement? other) => one?.GetRawText() == other?.GetRawText();

    private static string? Show(JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => Show(text.GetString()!),
        { ValueKind: JsonValueKind.Array } list => Plain(string.Join(", ", list.EnumerateArray().Select(static item => item.ValueKind is JsonValueKind.String ? item.GetString() : item.GetRawText()))),
        { } other => Plain(other.GetRawText()),
    };

    private static string Show(string text) => Digest.TryParse(text, null, out var digest) ? digest.Short : $"\"{Plain(text)}\"";

    private static string Plain(string text) => ShownText.Of(text, ShownMax);
}
