using Strata.Layers.Entries;

namespace Strata.Layers.Tar;

/// <summary>
/// Which extended attributes a tree keeps: file capabilities, POSIX ACLs and the user's own. Everything else belongs to the machine it
/// came from (security.selinux, security.ima, trusted.*), or would be taken as overlayfs' own marks (*.overlay.*): dropped and counted.
/// </summary>
internal static class AttributePolicy
{
    public static ReadOnlySpan<byte> OpaqueMark => "trusted.overlay.opaque"u8;

    public const int NameLengthMax = 255; // XATTR_NAME_MAX
    public const int ValueLengthMax = 64 << 10; // XATTR_SIZE_MAX

    /// <param name="overlayMarks">Whether overlayfs' marks of opaque directories are kept: they mean something in what Strata itself packs.</param>
    public static bool Keeps(ReadOnlySpan<byte> name, EntryKind kind, bool overlayMarks = false) => kind switch
    {
        EntryKind.Directory when overlayMarks && name.SequenceEqual(OpaqueMark) => true,
        _ when name.IndexOf(".overlay."u8) >= 0 => false,
        EntryKind.File when name.SequenceEqual("security.capability"u8) => true,
        EntryKind.File or EntryKind.Directory => name.StartsWith("user."u8)
            || name.SequenceEqual("system.posix_acl_access"u8)
            || (kind is EntryKind.Directory && name.SequenceEqual("system.posix_acl_default"u8)),
        _ => false, // Linux has no user.* on links, and a hard link's attributes are those of its target
    };

    /// <summary>Without overlayfs' own marks: what a stack shows has none, and a view hides nothing of what it is laid on.</summary>
    public static IReadOnlyList<Xattr> WithoutMarks(IReadOnlyList<Xattr> attributes)
    {
        if (attributes.Count == 0)
        {
            return attributes;
        }

        var kept = new List<Xattr>(attributes.Count);
        foreach (var attribute in attributes)
        {
            if (attribute.Name.AsSpan().IndexOf(".overlay."u8) < 0)
            {
                kept.Add(attribute);
            }
        }

        return kept;
    }
}
