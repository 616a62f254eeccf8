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
    public static unsafe ScratchDirectory Create(string parent)
    {
        var user = Libc.EffectiveUser();
        var own = OwnDirectory(parent, user);
        Directory.CreateDirectory(own);
        using (var handle = DirectoryHandle.Open(own))
        {
            StatXBuffer status = default;
            fixed (byte* empty = "\0"u8)
            {
                if (Libc.StatX(handle.File, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) != 0 || status.User != user)
                {
                    throw new IOException($"{own} belongs to another user.");
                }
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
        var own = OwnDirectory(parent, Libc.EffectiveUser());
        if (Directory.Exists(own))
        {
            StagingDirectory.Sweep(own);
        }
    }

    private static string OwnDirectory(string parent, uint user) =>
        System.IO.Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"strata-{user}"));

    public void Dispose() => _directory.Dispose();
}
