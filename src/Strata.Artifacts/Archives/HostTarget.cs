using Strata.Core.Diagnostics;
using Strata.Layers.Archives;

namespace Strata.Artifacts.Archives;

/// <summary>A directory of the user that is to be filled: made beside its name and renamed when it is whole, or, where it is there and empty, filled as it is.</summary>
internal sealed class HostTarget : IDisposable
{
    private readonly string _target;
    private readonly bool _wasThere;
    private bool _isPublished;

    private HostTarget(string target, string path, bool wasThere) => (_target, Path, _wasThere) = (target, path, wasThere);

    /// <summary>To be filled.</summary>
    public string Path { get; }

    /// <exception cref="UserErrorException">It is not empty, or no directory.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static HostTarget Prepare(string directory)
    {
        var target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new UserErrorException(ArtifactDiagnostics.NotEmpty(directory));
        }

        if (Directory.Exists(target))
        {
            return new(target, target, wasThere: true);
        }

        var path = $"{target}.{Guid.NewGuid():n}.tmp";
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(target, path, wasThere: false);
    }

    public void Publish()
    {
        if (!_wasThere)
        {
            Directory.Move(Path, _target);
        }

        _isPublished = true;
    }

    public void Dispose()
    {
        if (_isPublished)
        {
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(Path))
        {
            TreeArchives.RemoveWritten(entry);
        }

        if (!_wasThere)
        {
            Directory.Delete(Path);
        }
    }
}
