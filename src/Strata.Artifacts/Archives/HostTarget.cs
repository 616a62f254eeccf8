using Strata.Core.Diagnostics;
using Strata.Layers.Archives;

namespace Strata.Artifacts.Archives;

/// <summary>A directory of the user that is to be filled. It is made beside its name and renamed when it is whole; where there is one, in it and then moved among what it has.</summary>
internal sealed class HostTarget : IDisposable
{
    private readonly string _shown;
    private readonly string _target;
    private readonly bool _wasThere;
    private bool _isGone;

    private HostTarget(string shown, string target, string path, bool wasThere) => (_shown, _target, Path, _wasThere) = (shown, target, path, wasThere);

    /// <summary>To be filled.</summary>
    public string Path { get; }

    /// <exception cref="UserErrorException">A file has its name.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static HostTarget Prepare(string directory)
    {
        var target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        if (File.Exists(target))
        {
            throw new UserErrorException(ArtifactDiagnostics.NameTakenHere(directory));
        }

        var wasThere = Directory.Exists(target);
        var own = $".strata-{Guid.NewGuid():n}.tmp";
        var path = wasThere ? System.IO.Path.Combine(target, own) : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(target)!, own);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(directory, target, path, wasThere);
    }

    /// <exception cref="UserErrorException">The directory has a name that would be replaced; nothing was written.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Publish()
    {
        if (!_wasThere)
        {
            Directory.Move(Path, _target);
            _isGone = true;
        }
        else if (TreeArchives.TryMerge(Path, _target) is { } taken)
        {
            throw new UserErrorException(ArtifactDiagnostics.NameTakenHere($"{_shown.TrimEnd('/')}/{taken}"));
        }
    }

    public void Dispose()
    {
        if (!_isGone)
        {
            TreeArchives.RemoveWritten(Path);
        }
    }
}
