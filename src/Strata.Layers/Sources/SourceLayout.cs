using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>Which names of a state become part of its layer, and the times of its directories.</summary>
internal sealed class SourceLayout
{
    private const int NoParent = -1;
    private const int SpecialsShown = 3;

    private readonly bool[] _shown;
    private readonly Timestamp[] _newest;
    private readonly Queue<string> _specials = new(); // the last ones counted, which are the first ones there

    public SourceLayout(SourceState state)
    {
        _shown = new bool[state.Names.Count];
        _newest = new Timestamp[state.Names.Count];
        var parents = Parents(state.Names);
        for (var i = state.Names.Count - 1; i >= 0; i--) // what is in a directory comes after it
        {
            ref readonly var stamp = ref state.Stamps[i];
            if (stamp.Kind is FileKind.Directory)
            {
                _shown[i] |= !state.Names.IsImplied(i);
            }
            else
            {
                _shown[i] = stamp.IsVisible;
                _newest[i] = stamp.Modified;
                Count(stamp, state.Names[i]);
            }

            if (_shown[i] && parents[i] is var parent and not NoParent)
            {
                _shown[parent] = true;
                _newest[parent] = Later(_newest[parent], _newest[i]);
            }
            else if (_shown[i])
            {
                RootTime = Later(RootTime, _newest[i]);
            }
        }
    }

    public Timestamp RootTime { get; private set; }

    /// <summary>Files and links.</summary>
    public long FileCount { get; private set; }

    public long SizeBytes { get; private set; }

    /// <summary>Sockets, fifos and devices.</summary>
    public long SpecialCount { get; private set; }

    /// <summary>In order, a few.</summary>
    public IEnumerable<string> FirstSpecials => _specials.Reverse();

    /// <summary>False: it is gone, special, or a directory without anything visible in it.</summary>
    public bool IsShown(int index) => _shown[index];

    /// <summary>A directory's is the newest of what is visible in it: its own changes also with what is not.</summary>
    public Timestamp TimeOf(int index) => _newest[index];

    private void Count(in SourceStamp stamp, ReadOnlySpan<byte> path)
    {
        if (stamp.IsVisible)
        {
            FileCount++;
            SizeBytes += stamp.Kind is FileKind.Regular ? stamp.Size : 0;
        }
        else if (stamp.Mode != 0)
        {
            SpecialCount++;
            _specials.Enqueue(PosixPath.Show(path));
            if (_specials.Count > SpecialsShown)
            {
                _specials.Dequeue();
            }
        }
    }

    private static int[] Parents(SourceNames names)
    {
        var parents = new int[names.Count];
        var above = new List<int>();
        for (var i = 0; i < parents.Length; i++)
        {
            var path = names[i];
            while (above.Count > 0 && names[above[^1]] is var candidate
                && !(path.Length > candidate.Length && path[candidate.Length] == (byte)'/' && path.StartsWith(candidate)))
            {
                above.RemoveAt(above.Count - 1);
            }

            parents[i] = above.Count > 0 ? above[^1] : NoParent;
            above.Add(i);
        }

        return parents;
    }

    private static Timestamp Later(Timestamp a, Timestamp b) =>
        (a.Seconds, a.Nanoseconds).CompareTo((b.Seconds, b.Nanoseconds)) >= 0 ? a : b;
}
