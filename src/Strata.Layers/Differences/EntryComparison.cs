using Strata.Layers.Entries;

namespace Strata.Layers.Differences;

/// <summary>Whether two names show the same but for their content.</summary>
internal static class EntryComparison
{
    public static bool IsSame(LayerEntry a, LayerEntry b) => a.Modified == b.Modified && IsSameButForTime(a, b);

    public static bool IsSameButForTime(LayerEntry a, LayerEntry b) =>
        a.Kind == b.Kind
        && a.User == b.User
        && a.Group == b.Group
        && (a.Kind is EntryKind.Symlink || a.Mode == b.Mode)
        && (a.Kind is not EntryKind.File || a.Size == b.Size)
        && a.Link.AsSpan().SequenceEqual(b.Link)
        && (a.Kind is not (EntryKind.CharacterDevice or EntryKind.BlockDevice) || (a.DeviceMajor == b.DeviceMajor && a.DeviceMinor == b.DeviceMinor))
        && HaveSameAttributes(a.Attributes, b.Attributes);

    private static bool HaveSameAttributes(IReadOnlyList<Xattr> a, IReadOnlyList<Xattr> b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        foreach (var attribute in a)
        {
            var found = false;
            foreach (var other in b)
            {
                found |= attribute.Name.AsSpan().SequenceEqual(other.Name) && attribute.Value.AsSpan().SequenceEqual(other.Value);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }
}
