using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Saving;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Images.Capturing;

/// <summary>What a sandbox that has ended wrote, as a layer.</summary>
internal static class CapturedChanges
{
    /// <param name="start">Times from here on are the step's doing, and become <see cref="BuildTime.Epoch"/>.</param>
    /// <returns>The layer, and what was left out.</returns>
    public static (PackedLayer Layer, IReadOnlyList<string> LeftOut) Write(
        ISandbox sandbox, MergedTree below, LowerContents contents, Timestamp start, LayerTarget target, CancellationToken cancellationToken)
    {
        var format = sandbox.UpperFormat;
        using var difference = LayerDifference.Compute(
            new()
            {
                Upper = sandbox.RootUpper,
                Lowers = below,
                OpenLower = contents.Open,
                LeavesOut = static path => CaptureRules.LeavesOut(path),
                MountPoints = UpperDirectory.MountPointsBelow("", sandbox.MountPointStubs),
                Owners = new OwnerPolicy(format.OwnerShift, format.IdMax),
                UserXattr = format.UserXattr,
            },
            cancellationToken);
        using var builder = new LayerBuilder(target);
        if (difference.Entries.Count == 0)
        {
            builder.Add(below.Find([])!.Entry with { Path = [] });
        }

        var leftOut = new List<byte[]>(difference.LeftOut);
        builder.AddAll(Kept(difference.Entries, start, leftOut), cancellationToken);
        leftOut.Sort(static (a, b) => PathOrder.Compare(a, b));
        return (builder.Finish() with { Dropped = difference.Dropped }, leftOut.ConvertAll(static path => $"/{LayerEntry.Shown(path)}"));
    }

    private static IEnumerable<DifferenceEntry> Kept(IReadOnlyList<DifferenceEntry> entries, Timestamp start, List<byte[]> leftOut)
    {
        var hasOtherNames = entries.Where(static e => e.Entry.Kind is EntryKind.HardLink).Select(static e => Convert.ToHexString(e.Entry.Link)).ToHashSet();
        foreach (var entry in entries)
        {
            if (PythonBytecode.IsUseless(entry, start) && !hasOtherNames.Contains(Convert.ToHexString(entry.Entry.Path)))
            {
                leftOut.Add(entry.Entry.Path);
            }
            else
            {
                yield return entry with { Entry = Clamped(entry.Entry, start) };
            }
        }
    }

    private static LayerEntry Clamped(LayerEntry entry, Timestamp start) =>
        entry.Modified.Seconds > start.Seconds || (entry.Modified.Seconds == start.Seconds && entry.Modified.Nanoseconds >= start.Nanoseconds)
            ? entry with { Modified = BuildTime.Epoch }
            : entry;
}
