using System.Buffers;
using System.Text;
using System.Text.Json;
using Strata.Core;
using Strata.Core.Explain;
using Strata.Layers.Trees;

namespace Strata.Caching.Entries;

/// <summary>Content and changes as rows keep them: <c>[{"path":…,"layers":[…],"tree":…,"size":…,"files":…}]</c>, <c>[[input,before,after]]</c>.</summary>
internal static class ContentJson
{
    public static string Write(CacheContent content) => Write(json =>
    {
        foreach (var (path, tree) in content.Paths)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
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
        using var json = JsonDocument.Parse(text);
        var paths = new List<CachedPath>(json.RootElement.GetArrayLength());
        foreach (var path in json.RootElement.EnumerateArray())
        {
            paths.Add(new(path.GetProperty("path"u8).GetString()!, path.TryGetProperty("layers"u8, out var layers) ? ReadTree(path, layers) : null));
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

    private static StoredTree ReadTree(JsonElement path, JsonElement layers)
    {
        var digests = new List<Digest>(layers.GetArrayLength());
        foreach (var layer in layers.EnumerateArray())
        {
            digests.Add(Digest.Parse(layer.GetString()!, null));
        }

        return new(digests, Digest.Parse(path.GetProperty("tree"u8).GetString()!, null), path.GetProperty("size"u8).GetInt64(), path.GetProperty("files"u8).GetInt64());
    }

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
