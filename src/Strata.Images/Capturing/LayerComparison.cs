using System.Globalization;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;

namespace Strata.Images.Capturing;

/// <summary>In what two layers differ, name by name.</summary>
internal static class LayerComparison
{
    /// <summary>In path order. Nothing: the layers show the same and have the same digest.</summary>
    /// <exception cref="Layers.DamagedLayerException">While enumerating: an index makes no sense.</exception>
    public static IEnumerable<NameDifference> Between(LayerIndex first, LayerIndex second)
    {
        using var left = first.Entries().GetEnumerator();
        using var right = second.Entries().GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : PathOrder.Compare(left.Current.Entry.Path, right.Current.Entry.Path);
            if (order < 0)
            {
                yield return new(Shown(left.Current.Entry), $"only in the first ({KindOf(left.Current.Entry)})");
            }
            else if (order > 0)
            {
                yield return new(Shown(right.Current.Entry), $"only in the second ({KindOf(right.Current.Entry)})");
            }
            else if (HowDiffer(left.Current, right.Current) is { Count: > 0 } how)
            {
                yield return new(Shown(left.Current.Entry), string.Join(", ", how));
            }

            hasLeft = order <= 0 ? left.MoveNext() : hasLeft;
            hasRight = order >= 0 ? right.MoveNext() : hasRight;
        }
    }

    private static string Shown(LayerEntry entry) => $"/{LayerEntry.Shown(entry.Path)}";

    private static List<string> HowDiffer(IndexEntry a, IndexEntry b)
    {
        var (x, y) = (a.Entry, b.Entry);
        var how = new List<string>();
        if (x.Kind != y.Kind || x.IsWhiteout != y.IsWhiteout)
        {
            return [$"{KindOf(x)} → {KindOf(y)}"];
        }

        Compare(how, "mode", Convert.ToString(x.Mode, 8), Convert.ToString(y.Mode, 8));
        Compare(how, "owner", $"{x.User}:{x.Group}", $"{y.User}:{y.Group}");
        Compare(how, "time", TimeOf(x.Modified), TimeOf(y.Modified));
        Compare(how, "target", LayerEntry.Shown(x.Link), LayerEntry.Shown(y.Link), x.Link.AsSpan().SequenceEqual(y.Link));
        Compare(how, "device", $"{x.DeviceMajor}:{x.DeviceMinor}", $"{y.DeviceMajor}:{y.DeviceMinor}");
        Compare(how, "size", x.Size.ToString(CultureInfo.InvariantCulture), y.Size.ToString(CultureInfo.InvariantCulture));
        Compare(how, "content", a.Content?.Short ?? "none", b.Content?.Short ?? "none", a.Content == b.Content);
        CompareAttributes(how, x.Attributes, y.Attributes);
        return how;
    }

    private static void CompareAttributes(List<string> how, IReadOnlyList<Xattr> first, IReadOnlyList<Xattr> second)
    {
        foreach (var attribute in first.Concat(second).DistinctBy(static a => Convert.ToHexString(a.Name)))
        {
            var a = first.FirstOrDefault(o => o.Name.AsSpan().SequenceEqual(attribute.Name))?.Value;
            var b = second.FirstOrDefault(o => o.Name.AsSpan().SequenceEqual(attribute.Name))?.Value;
            if (a is null || b is null || !a.AsSpan().SequenceEqual(b))
            {
                how.Add($"attribute {LayerEntry.Shown(attribute.Name)}");
            }
        }
    }

    private static void Compare(List<string> how, string what, string a, string b, bool? isSame = null)
    {
        if (!(isSame ?? a == b))
        {
            how.Add($"{what} {a} → {b}");
        }
    }

    private static string TimeOf(Timestamp time) =>
        time.Seconds is > -62_135_596_800 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / 100).ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)
            : time.Seconds.ToString(CultureInfo.InvariantCulture);

    private static string KindOf(LayerEntry entry) => entry.Kind switch
    {
        EntryKind.File => "file",
        EntryKind.Directory => "directory",
        EntryKind.Symlink => "link",
        EntryKind.HardLink => $"another name of /{LayerEntry.Shown(entry.Link)}",
        EntryKind.Fifo => "pipe",
        _ => entry.IsWhiteout ? "removed" : "device",
    };
}

/// <param name="Path">For people.</param>
/// <param name="How">For people: what differs, the first layer's value before the second's.</param>
internal sealed record NameDifference(string Path, string How);
