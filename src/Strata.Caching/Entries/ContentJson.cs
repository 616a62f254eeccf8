using System.Buffers;
using System.Text;
using System.Text.Json;
using Strata.Core;
using Strata.Core.Explain;
using Strata.Core.Json;
using Strata.Layers.Trees;

namespace Strata.Caching.Entries;

/// <summary>Content and changes as rows keep them: <c>[{"path":…,"file":true?,"layers":[…],"tree":…,"size":…,"files":…}]</c>, <c>[[input,before,after]]</c>.</summary>
internal static class ContentJson
{
    public static string Write(CacheContent content) => Write(json =>
    {
        foreach (var (path, tree, isFile) in content.Paths)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            if (isFile)
            {
                json.WriteBoolean("file"u8, true);
            }

            if (tree is not null)
            {
                json.WriteStartArray("layers"u8);
                foreach (var layer in tree.Layers)
                {
                    json.WriteStringValue(layer.ToString());
                }

                json.WriteEndArray();
                json.WriteString("tree"u8, tree.Tree.ToString());
                json.WriteNumber("size"u8, tree.SizeBytes);
                json.WriteNumber("files"u8, tree.Files);
            }

            json.WriteEndObject();
        }
    });

    public static CacheContent ReadContent(string text)
    {
        var items = JsonRecord.ParseList(Encoding.UTF8.GetBytes(text));
        var paths = new List<CachedPath>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            paths.Add(new(Required(items[i].Text("path")), items[i].Texts("layers") is { } layers ? ReadTree(items[i], layers) : null, items[i].Has("file")));
        }

        return new(paths);
    }

    public static string Write(IReadOnlyList<InputChange> changes) => Write(json =>
    {
        foreach (var change in changes)
        {
            json.WriteStartArray();
            json.WriteStringValue(change.Input);
            json.WriteStringValue(change.Before);
            json.WriteStringValue(change.After);
            json.WriteEndArray();
        }
    });

    public static IReadOnlyList<InputChange> ReadChanges(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(static change => new InputChange(change[0].GetString()!, change[1].GetString(), change[2].GetString()))];
    }

    private static StoredTree ReadTree(JsonRecord path, IReadOnlyList<string> layers)
    {
        var digests = new List<Digest>(layers.Count);
        for (var i = 0; i < layers.Count; i++)
        {
            digests.Add(Digest.Parse(layers[i], null));
        }

        return new(digests, Digest.Parse(Required(path.Text("tree")), null), path.Number("size") ?? throw Lacking(), path.Number("files") ?? throw Lacking());
    }

    private static string Required(string? text) => text ?? throw Lacking();

    private static JsonException Lacking() => new("The content of an entry is not whole.");

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            write(json);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
