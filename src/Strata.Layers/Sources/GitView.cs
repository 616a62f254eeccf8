using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Sources;

/// <summary>
/// A <c>.git</c> for a job: HEAD, refs, index and a configuration without credentials are copied; objects stay where they are, to be
/// mounted read-only. Where the workspace is a subdirectory of the repository, history works and <c>git status</c> calls the files outside deleted.
/// </summary>
/// <param name="Directory">Host path; to be bound read-only at the workspace's <c>.git</c>.</param>
/// <param name="Objects">Host paths of object directories; the n-th is to be bound read-only at <see cref="ObjectsPath"/><c>/n</c>.</param>
public sealed record GitView(string Directory, IReadOnlyList<string> Objects)
{
    /// <summary>Where a job sees objects.</summary>
    public const string ObjectsPath = "/run/strata-git";

    private const int AlternatesMax = 16;
    private const int RefsMax = 200_000;

    /// <param name="target">An empty directory; it becomes the view's.</param>
    /// <param name="ownerShift">The owner of every file.</param>
    public static GitView Write(GitState state, string target, uint ownerShift)
    {
        var common = state.CommonDirectory;
        foreach (var directory in (string[])["", "refs", "refs/heads", "refs/tags", "objects", "objects/info", "objects/pack", "info"])
        {
            System.IO.Directory.CreateDirectory(Path.Combine(target, directory));
        }

        CopyFile(state.GitDirectory, target, "HEAD");
        CopyFile(state.GitDirectory, target, "index");
        CopyFile(common, target, "packed-refs");
        CopyFile(common, target, "shallow");
        CopyFile(common, target, "info/exclude");
        foreach (var shared in System.IO.Directory.EnumerateFiles(state.GitDirectory, "sharedindex.*"))
        {
            CopyFile(state.GitDirectory, target, Path.GetFileName(shared));
        }

        CopyRefs(common, target, "refs");
        CopyRefs(common, target, "reftable");
        File.WriteAllText(Path.Combine(target, "config"), GitConfiguration.Sanitise(GitState.ReadText(Path.Combine(common, "config")) ?? ""));
        var objects = ObjectDirectories(Path.Combine(common, "objects"));
        File.WriteAllLines(Path.Combine(target, "objects/info/alternates"), objects.Select((_, i) => $"{ObjectsPath}/{i}"));
        Own(target, ownerShift);
        return new(target, objects);
    }

    private static void CopyRefs(string from, string to, string directory)
    {
        var source = Path.Combine(from, directory);
        if (!System.IO.Directory.Exists(source))
        {
            return;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in System.IO.Directory.EnumerateFiles(source, "*", options).Take(RefsMax))
        {
            CopyFile(from, to, Path.GetRelativePath(from, file));
        }
    }

    /// <summary>Regular files only: a link could show the job any file of the host.</summary>
    private static void CopyFile(string from, string to, string name)
    {
        var source = new FileInfo(Path.Combine(from, name));
        if (source.LinkTarget is not null || FileStamp.Find(source.FullName) is null)
        {
            return;
        }

        var target = Path.Combine(to, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        source.CopyTo(target, overwrite: true);
    }

    /// <summary>The repository's own, then what its alternates name (gitrepository-layout(5)), links resolved.</summary>
    private static List<string> ObjectDirectories(string objects)
    {
        var found = new List<string>();
        var next = new Queue<string>([objects]);
        while (next.TryDequeue(out var directory) && found.Count < AlternatesMax)
        {
            var path = Path.GetFullPath(directory);
            if (found.Contains(path) || Path.GetFileName(path) != "objects" || !System.IO.Directory.Exists(path))
            {
                continue;
            }

            found.Add(path);
            foreach (var line in (GitState.ReadText(Path.Combine(path, "info/alternates")) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!line.StartsWith('#'))
                {
                    next.Enqueue(Path.GetFullPath(line.Trim(), path));
                }
            }
        }

        return found;
    }

    /// <summary>git refuses a repository that is somebody else's.</summary>
    private static unsafe void Own(string target, uint owner)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        foreach (var path in System.IO.Directory.EnumerateFileSystemEntries(target, "*", options).Append(target))
        {
            fixed (byte* terminated = PosixPath.Terminated(path))
            {
                if (Libc.ChangeOwnerAt(Libc.CurrentDirectory, terminated, owner, owner, Libc.NoFollow) != 0)
                {
                    throw Errno.Failure("change the owner of", path, Errno.Last);
                }
            }
        }
    }
}
