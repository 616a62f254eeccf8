using System.Text;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
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
                MountPoints = MountPoints(sandbox.MountPointStubs),
                Owners = new OwnerPolicy(format.OwnerShift, format.IdMax),
                UserXattr = format.UserXattr,
            },
            cancellationToken);
        using var builder = new LayerBuilder(target);
        if (difference.Entries.Count == 0)
        {
            builder.Add(below.Find([])!.Entry with { Path = [] });
        }

        builder.AddAll(difference.Entries.Select(e => e with { Entry = Clamped(e.Entry, start) }), cancellationToken);
        return (builder.Finish() with { Dropped = difference.Dropped }, [.. difference.LeftOut.Select(static path => $"/{LayerEntry.Shown(path)}")]);
    }

    private static LayerEntry Clamped(LayerEntry entry, Timestamp start) =>
        entry.Modified.Seconds > start.Seconds || (entry.Modified.Seconds == start.Seconds && entry.Modified.Nanoseconds >= start.Nanoseconds)
            ? entry with { Modified = BuildTime.Epoch }
            : entry;

    /// <summary>With the directories above: those that an image lacks were made too.</summary>
    private static List<byte[]> MountPoints(IReadOnlyList<string> stubs)
    {
        var paths = new List<byte[]>();
        foreach (var stub in stubs)
        {
            for (var path = stub.Trim('/'); path.Length > 0; path = path[..Math.Max(path.LastIndexOf('/'), 0)])
            {
                paths.Add(Encoding.UTF8.GetBytes(path));
            }
        }

        return paths;
    }
}
