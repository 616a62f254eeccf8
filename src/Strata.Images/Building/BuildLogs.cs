using System.Text.Json;
using Strata.Core;

namespace Strata.Images.Building;

/// <summary>Where builds that go on write what they print, for those who wait for them; and, for a while, how they failed.</summary>
internal sealed class BuildLogs(string directory, TimeProvider time)
{
    private const string FailureSuffix = ".failed";

    /// <summary>Nobody waits for this long with nothing printed that would miss it; what is older was left by the dead.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public string NewPath(Digest key) => Path.Combine(directory, $"{key.Hex[..16]}-{Guid.NewGuid():n}.log");

    /// <summary>Before the right to build is let go of: whoever waited for it finds this. What cannot be written is not told, and they build.</summary>
    /// <param name="path">The log of the build that failed.</param>
    public static void TellFailure(string path, BuildFailure failure)
    {
        try
        {
            var temporary = $"{path}.tmp";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(failure, BuildFailureJson.Default.BuildFailure));
            File.Move(temporary, $"{path}{FailureSuffix}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <returns>Null: that build did not fail, not yet, or not in a way that counts for others.</returns>
    public static BuildFailure? FindFailure(string path)
    {
        try
        {
            return File.Exists($"{path}{FailureSuffix}")
                ? JsonSerializer.Deserialize(File.ReadAllBytes($"{path}{FailureSuffix}"), BuildFailureJson.Default.BuildFailure)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The log of one who died: who followed it has read it, and goes on with the next.</summary>
    /// <param name="path">Null: of nobody.</param>
    public static void Remove(string? path)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>What nobody needs any more.</summary>
    public void RemoveOld()
    {
        try
        {
            var before = time.GetUtcNow().UtcDateTime - Lifetime;
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            {
                if (file.LastWriteTimeUtc < before)
                {
                    file.Delete();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // nothing was ever built; or another removes them now
        {
        }
    }
}
