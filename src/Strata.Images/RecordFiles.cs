using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Images;

/// <summary>Small records by key: <c>KEY-HEX.json</c> in one directory, each replaced in one rename. Anything unreadable is a miss.</summary>
internal sealed class RecordFiles(string directory)
{
    private const string Suffix = ".json";
    private const long SizeBytesMax = 16 << 20;

    public T? Find<T>(Digest key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(key)), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <param name="read">Null: it is of another format. May throw a <see cref="JsonException"/>.</param>
    public T? Find<T>(Digest key, Func<JsonRecord, T?> read)
        where T : class
    {
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return null; // an exception costs a start some milliseconds
        }

        try
        {
            return read(JsonRecord.Parse(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Save<T>(Digest key, T record, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(directory);
        var temporary = $"{PathOf(key)}.{Guid.NewGuid():n}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, record, type);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch
        {
            File.Delete(temporary); // the disk may be full
            throw;
        }
    }

    /// <summary>Gone when this returns, also if it was not there.</summary>
    public void Remove(Digest key)
    {
        if (Directory.Exists(directory))
        {
            File.Delete(PathOf(key));
        }
    }

    /// <summary>Every record that has this format, in no order.</summary>
    public IEnumerable<(Digest Key, T Record)> List<T>(string format, JsonTypeInfo<T> type)
        where T : class
    {
        if (!Directory.Exists(directory))
        {
            yield break;
        }

        var mark = System.Text.Encoding.UTF8.GetBytes($"\"{format}\"");
        foreach (var path in Directory.EnumerateFiles(directory, $"*{Suffix}"))
        {
            if (Digest.TryParse($"sha256:{Path.GetFileNameWithoutExtension(path)}", null, out var key) && Read(path, mark, type) is { } record)
            {
                yield return (key, record);
            }
        }
    }

    /// <summary>Where the lock of who makes a key's record is.</summary>
    public string LockPath(Digest key)
    {
        Directory.CreateDirectory(directory);
        return Path.Combine(directory, $"{key.Hex}.lock");
    }

    private static T? Read<T>(string path, byte[] mark, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (new FileInfo(path).Length > SizeBytesMax)
            {
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().IndexOf(mark) >= 0 ? JsonSerializer.Deserialize(bytes, type) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null; // removed meanwhile, or torn
        }
    }

    private string PathOf(Digest key) => Path.Combine(directory, $"{key.Hex}{Suffix}");
}
