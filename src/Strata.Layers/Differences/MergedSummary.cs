using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>What a stack of layers shows, in numbers.</summary>
/// <param name="Tree">Tree digest, the same that one layer with all of it has.</param>
/// <param name="VisibleBytes">Of its files, each once.</param>
/// <param name="TotalBytes">Of the files of all layers, hidden ones included.</param>
/// <param name="Names">Without the root.</param>
internal sealed record MergedSummary(Digest Tree, long VisibleBytes, long TotalBytes, long Names)
{
    public static MergedSummary Of(MergedTree tree)
    {
        using var hasher = new TreeRecordHasher();
        var linked = new Dictionary<byte[], MergedEntry>(NameComparer.Instance);
        var (bytes, names) = (0L, -1L);
        foreach (var shown in tree.Entries([], []))
        {
            names++;
            bytes += shown.Entry.Kind is EntryKind.File ? shown.Entry.Size : 0;
            if (shown.LinkGroup != 0 && shown.Entry.Kind is not EntryKind.HardLink)
            {
                linked.Add(shown.Entry.Path, shown);
            }

            var content = shown.Entry.Kind is EntryKind.HardLink ? linked[shown.Entry.Link] : shown;
            hasher.Add(NameRecord.Of(content.Entry with { Path = shown.Entry.Path }, content.Content ?? default));
        }

        return new(hasher.Finish(), bytes, tree.TotalBytes, names);
    }
}
