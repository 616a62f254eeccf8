using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>
/// Names that were seen to change while a workspace was read. One that changed twice is written again and again (a log): its content is taken as it is at
/// one moment, and it need not stand still any longer. What changes once is somebody's checkout: all is read anew.
/// </summary>
internal sealed class RestlessNames
{
    private const int ChangesToBeRestless = 2;

    private readonly Dictionary<string, int> _changes = new(StringComparer.Ordinal);

    /// <summary>For messages.</summary>
    public string Last { get; private set; } = ".";

    /// <summary>The restless files, by their number in the state, which takes their stamps.</summary>
    /// <exception cref="Core.Diagnostics.UserErrorException">One never stands still (STR3304).</exception>
    public Dictionary<int, SteadyFile> Read(int root, SourceState state)
    {
        var files = new Dictionary<int, SteadyFile>();
        if (!_changes.ContainsValue(ChangesToBeRestless))
        {
            return files;
        }

        for (var i = 0; i < state.Names.Count; i++)
        {
            if (state.Stamps[i].Kind is FileKind.Regular && IsRestless(state.Names[i]) && SteadyFile.Read(root, state.Names[i]) is { } file)
            {
                state.Stamps[i] = file.Stamp;
                files.Add(i, file);
            }
        }

        return files;
    }

    /// <summary>Whether nothing else changed between two looks. Else what did is noted.</summary>
    public bool IsAtRest(SourceState now, SourceState before)
    {
        if (now.ChangesSince(before) is not { } changes)
        {
            return false; // names came or went
        }

        var rests = true;
        foreach (var name in changes)
        {
            if (!IsRestless(now.Names[name]) || now.Stamps[name].Kind is not FileKind.Regular)
            {
                Note(PosixPath.Show(now.Names[name]));
                rests = false;
            }
        }

        return rests;
    }

    public void Note(string shownName)
    {
        Last = shownName;
        _changes[shownName] = Math.Min(_changes.GetValueOrDefault(shownName) + 1, ChangesToBeRestless);
    }

    private bool IsRestless(ReadOnlySpan<byte> name) => _changes.GetValueOrDefault(PosixPath.Show(name)) == ChangesToBeRestless;
}
