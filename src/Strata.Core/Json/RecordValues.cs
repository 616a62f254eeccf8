using System.Text.Json;

namespace Strata.Core.Json;

/// <summary>
/// Values of a record by name, read one by one: the serializer loads eight hundred types at its first record, and each run reads one.
/// What is absent or null is null; what is of another kind makes the record unreadable.
/// </summary>
public static class RecordValues
{
    /// <exception cref="JsonException">It is not a text.</exception>
    public static string? Text(this JsonElement record, string name) =>
        Find(record, name, JsonValueKind.String) is { } value ? value.GetString() : null;

    /// <exception cref="JsonException">It is not a time.</exception>
    public static DateTimeOffset? Time(this JsonElement record, string name) =>
        Find(record, name, JsonValueKind.String) is not { } value ? null
        : value.TryGetDateTimeOffset(out var time) ? time
        : throw new JsonException($"'{name}' is not a time.");

    /// <exception cref="JsonException">It is not a list of texts.</exception>
    public static IReadOnlyList<string>? Texts(this JsonElement record, string name)
    {
        if (Find(record, name, JsonValueKind.Array) is not { } list)
        {
            return null;
        }

        var texts = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            texts.Add(TextOf(item, name));
        }

        return texts;
    }

    /// <exception cref="JsonException">It is not an object of texts.</exception>
    public static IReadOnlyDictionary<string, string>? TextsByName(this JsonElement record, string name)
    {
        if (Find(record, name, JsonValueKind.Object) is not { } members)
        {
            return null;
        }

        Dictionary<string, string> texts = [];
        foreach (var member in members.EnumerateObject())
        {
            texts[member.Name] = TextOf(member.Value, name);
        }

        return texts;
    }

    /// <exception cref="JsonException">It is of another kind, or the record is no object.</exception>
    public static JsonElement? Find(JsonElement record, string name, JsonValueKind kind)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The record is not an object.");
        }

        return !record.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == kind ? value
            : throw new JsonException($"'{name}' is of another kind.");
    }

    private static string TextOf(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new JsonException($"'{name}' holds something else than text.");
}
