using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Strata.Core;

namespace Strata.Images;

/// <summary>Small records by key: <c>KEY-HEX.json</c> in one directory, each replaced in one rename. Anything unreadable is a miss.</summary>
internal sealed class RecordFiles(string directory)
{
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

    public void Save<T>(Digest key, T record, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(directory);
        var temporary = $"{PathOf(key)}.{Guid.NewGuid():n}";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, record, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathOf(key), overwrite: true);
    }

    /// <summary>Where the lock of who makes a key's record is.</summary>
    public string LockPath(Digest key)
    {
        Directory.CreateDirectory(directory);
        return Path.Combine(directory, $"{key.Hex}.lock");
    }

    private string PathOf(Digest key) => Path.Combine(directory, $"{key.Hex}.json");
}
