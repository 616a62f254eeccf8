using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>Removals as OCI writes them: see <see cref="OciWhiteouts"/>, the other direction.</summary>
internal static class OciMembers
{
    public static IEnumerable<LayerEntry> Of(LayerEntry entry)
    {
        var split = entry.Path.AsSpan().LastIndexOf((byte)'/') + 1;
        if (entry.IsWhiteout)
        {
            return [Mark([.. entry.Path.AsSpan(0, split), .. ".wh."u8, .. entry.Path.AsSpan(split)])];
        }

        if (entry.Path.AsSpan(split).StartsWith(".wh."u8))
        {
            throw new HostileArchiveException($"{PosixPath.Show(entry.Path)}: in OCI layers its name means that something is removed.", ArchiveFault.Unsupported);
        }

        var attributes = entry.Attributes.Where(static a => !a.Name.AsSpan().SequenceEqual(AttributePolicy.OpaqueMark)).ToList();
        return attributes.Count == entry.Attributes.Count ? [entry]
            : [entry with { Attributes = attributes }, Mark(entry.Path.Length == 0 ? ".wh..wh..opq"u8.ToArray() : [.. entry.Path, .. "/.wh..wh..opq"u8])];
    }

    private static LayerEntry Mark(byte[] path) =>
        new() { Kind = EntryKind.File, Path = path, Mode = 0, User = 0, Group = 0, Modified = default };
}
