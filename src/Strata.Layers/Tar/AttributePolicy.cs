namespace Strata.Layers.Tar;

/// <summary>
/// Which extended attributes a tree keeps: file capabilities, POSIX ACLs and the user's own. Everything else belongs to the machine it
/// came from (security.selinux, security.ima, trusted.*), or would be taken as overlayfs' own marks (*.overlay.*): dropped and counted.
/// </summary>
internal static class AttributePolicy
{
    public const int NameLengthMax = 255; // XATTR_NAME_MAX
    public const int ValueLengthMax = 64 << 10; // XATTR_SIZE_MAX

    public static bool Keeps(ReadOnlySpan<byte> name, TarEntryKind kind) => kind switch
    {
        _ when name.IndexOf(".overlay."u8) >= 0 => false,
        TarEntryKind.File when name.SequenceEqual("security.capability"u8) => true,
        TarEntryKind.File or TarEntryKind.Directory => name.StartsWith("user."u8)
            || name.SequenceEqual("system.posix_acl_access"u8)
            || (kind is TarEntryKind.Directory && name.SequenceEqual("system.posix_acl_default"u8)),
        _ => false, // Linux has no user.* on links, and a hard link's attributes are those of its target
    };
}
