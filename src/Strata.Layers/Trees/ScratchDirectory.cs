using System.Globalization;
using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>A directory for work that leaves nothing: removed with all in it when disposed, or by the next one made beside it when its owner was killed.</summary>
public sealed class ScratchDirectory : IDisposable
{
    private readonly StagingDirectory _directory;

    private ScratchDirectory(StagingDirectory directory) => _directory = directory;

    public string Path => _directory.Path;

    /// <param name="parent">May be shared by all users, as /dev/shm is: a directory of this user is made in it.</param>
    /// <exception cref="IOException">That directory is somebody else's.</exception>
    public static ScratchDirectory Create(string parent)
    {
        var own = OwnDirectory(parent);
        Directory.CreateDirectory(own);
        using (var handle = DirectoryHandle.Open(own))
        {
            if (!IsOurs(handle))
            {
                throw new IOException($"{own} belongs to another user");
            }

            _ = Libc.ChangeMode(handle.File, 0x1ed); // 0755: not to be written by others
        }

        StagingDirectory.Sweep(own);
        var directory = StagingDirectory.Create(own);
        _ = Libc.ChangeMode(directory.File, 0x1ed); // builders use other users for downloads
        return new(directory);
    }

    /// <summary>What killed owners left, for a clean-up that is not followed by work.</summary>
    public static void RemoveLeftovers(string parent)
    {
        var own = OwnDirectory(parent);
        if (Directory.Exists(own))
        {
            StagingDirectory.Sweep(own);
        }
    }

    /// <summary>False: somebody else has taken the name there.</summary>
    public static bool CanUse(string parent)
    {
        var own = OwnDirectory(parent);
        if (!Directory.Exists(own))
        {
            return true;
        }

        try
        {
            using var handle = DirectoryHandle.Open(own);
            return IsOurs(handle);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static unsafe bool IsOurs(DirectoryHandle handle)
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            return Libc.StatX(handle.File, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0 && status.User == Libc.EffectiveUser();
        }
    }

    private static string OwnDirectory(string parent) =>
        System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"strata-{OutsideUser()}"));

    /// <summary>In a user namespace all users are 0; outside they are not (user_namespaces(7): "inside outside count" a line).</summary>
    private static uint OutsideUser()
    {
        var user = Libc.EffectiveUser();
        foreach (var line in File.ReadLines("/proc/self/uid_map"))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var inside, var outside, var count]
                && uint.TryParse(inside, out var first) && uint.TryParse(outside, out var start) && uint.TryParse(count, out var size)
                && user >= first && user - first < size)
            {
                return start + (user - first);
            }
        }

        return user;
    }

    public void Dispose() => _directory.Dispose();
}
