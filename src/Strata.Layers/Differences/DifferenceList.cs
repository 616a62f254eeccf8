using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;

namespace Strata.Layers.Differences;

/// <summary>Names that may belong to the new layer, in path order. Which of them do is known at the end.</summary>
internal sealed class DifferenceList
{
    private readonly List<Candidate> _candidates = [];

    /// <summary>Names of one file, by what identifies it: if one is new, all are needed for them to stay one file.</summary>
    private readonly Dictionary<(ulong, ulong), bool> _changedFiles = [];

    public int Count => _candidates.Count;

    public void Add(LayerEntry entry, bool isChanged, Func<SafeFileHandle>? openContent = null, (ulong, ulong)? file = null)
    {
        _candidates.Add(new(entry, isChanged, openContent, file));
        if (file is { } identity)
        {
            _changedFiles[identity] = isChanged || _changedFiles.GetValueOrDefault(identity);
        }
    }

    public void Replace(int at, LayerEntry entry, bool isChanged) => _candidates[at] = _candidates[at] with { Entry = entry, IsChanged = isChanged };

    /// <summary>What changed, and the directories above it: those are part of a layer too. Empty: nothing changed.</summary>
    public IReadOnlyList<DifferenceEntry> Finish()
    {
        var isNeeded = new bool[_candidates.Count];
        byte[]? next = null; // the path of the first needed name after this one: below a directory comes all that is in it
        for (var i = _candidates.Count - 1; i >= 0; i--)
        {
            var candidate = _candidates[i];
            isNeeded[i] = candidate.IsChanged
                || (candidate.File is { } file && _changedFiles[file])
                || (next is not null && candidate.Entry.Kind is EntryKind.Directory && TreePath.IsBelow(next, candidate.Entry.Path));
            next = isNeeded[i] ? candidate.Entry.Path : next;
        }

        var entries = new List<DifferenceEntry>();
        var firstNames = new Dictionary<(ulong, ulong), byte[]>();
        for (var i = 0; i < _candidates.Count; i++)
        {
            if (isNeeded[i])
            {
                entries.Add(Linked(_candidates[i], firstNames));
            }
        }

        return entries;
    }

    private static DifferenceEntry Linked(Candidate candidate, Dictionary<(ulong, ulong), byte[]> firstNames) =>
        candidate.File is { } file && !firstNames.TryAdd(file, candidate.Entry.Path)
            ? new(candidate.Entry with { Kind = EntryKind.HardLink, Link = firstNames[file], Size = 0 }, null)
            : new(candidate.Entry, candidate.Entry is { Kind: EntryKind.File, Size: > 0 } ? candidate.OpenContent : null);

    private sealed record Candidate(LayerEntry Entry, bool IsChanged, Func<SafeFileHandle>? OpenContent, (ulong, ulong)? File);
}
