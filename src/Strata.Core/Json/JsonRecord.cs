using System.Globalization;
using System.Text.Json;

namespace Strata.Core.Json;

/// <summary>
/// An object of a small JSON text that Strata wrote (RFC 8259), whole in memory. Values are asked for by name; what is absent or null is null, what is of another
/// kind makes the record unreadable. For records on the way of every start: the framework's reader compiles tables at its first text, its serializer loads hundreds of types.
/// </summary>
public sealed class JsonRecord
{
    internal JsonRecord(Dictionary<string, object?> members) => Members = members;

    /// <summary>As <see cref="JsonRecordReader.Read"/> gives values.</summary>
    internal Dictionary<string, object?> Members { get; }

    /// <exception cref="JsonException">It is no JSON text, or no object.</exception>
    public static JsonRecord Parse(ReadOnlySpan<byte> text) => new JsonRecordReader(text).Read() as JsonRecord ?? throw new JsonException("The record is not an object.");

    /// <summary>Of a text that is a list of objects.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<JsonRecord> ParseList(ReadOnlySpan<byte> text) => All<JsonRecord>(new JsonRecordReader(text).Read() as List<object?> ?? throw new JsonException("It is no list."), "");

    public bool Has(string name) => Members.GetValueOrDefault(name) is not null;

    /// <exception cref="JsonException">It is not a text.</exception>
    public string? Text(string name) => Find<string>(name);

    /// <exception cref="JsonException">It is not a time.</exception>
    public DateTimeOffset? Time(string name) => Find<string>(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new JsonException($"'{name}' is not a time.");

    /// <exception cref="JsonException">It is no number, or none of 64 bits without a fraction.</exception>
    public long? Number(string name) => Members.GetValueOrDefault(name) switch
    {
        null => null,
        long number => number,
        _ => throw OfAnotherKind(name),
    };

    /// <exception cref="JsonException">It is not a list of texts.</exception>
    public IReadOnlyList<string>? Texts(string name) => Find<List<object?>>(name) is { } list ? All<string>(list, name) : null;

    /// <exception cref="JsonException">It is not a list of objects.</exception>
    public IReadOnlyList<JsonRecord>? Records(string name) => Find<List<object?>>(name) is { } list ? All<JsonRecord>(list, name) : null;

    /// <exception cref="JsonException">It is not an object of texts.</exception>
    public IReadOnlyDictionary<string, string>? TextsByName(string name)
    {
        if (Find<JsonRecord>(name) is not { } members)
        {
            return null;
        }

        Dictionary<string, string> texts = [];
        foreach (var (member, value) in members.Members)
        {
            texts[member] = value as string ?? throw OfAnotherKind(name);
        }

        return texts;
    }

    private static List<T> All<T>(List<object?> list, string name)
        where T : class
    {
        var all = new List<T>(list.Count);
        foreach (var item in list)
        {
            all.Add(item as T ?? throw OfAnotherKind(name));
        }

        return all;
    }

    private T? Find<T>(string name)
        where T : class => Members.GetValueOrDefault(name) is not { } value ? null : value as T ?? throw OfAnotherKind(name);

    private static JsonException OfAnotherKind(string name) => new($"'{name}' is of another kind.");
}
