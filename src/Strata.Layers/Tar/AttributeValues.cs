using System.Buffers.Binary;

namespace Strata.Layers.Tar;

/// <summary>Values that the kernel would refuse to set: such a layer could be mounted but not extracted.</summary>
internal static class AttributeValues
{
    public static bool IsValid(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        name.SequenceEqual("security.capability"u8) ? IsCapability(value)
        : !name.StartsWith("system.posix_acl_"u8) || IsAccessList(value);

    /// <summary>linux/capability.h: the revision is the first word's highest byte. Revision 1 can be read but not written.</summary>
    private static bool IsCapability(ReadOnlySpan<byte> value) => value.Length switch
    {
        20 => value[3] == 2,
        24 => value[3] == 3,
        _ => false,
    };

    /// <summary>
    /// linux/posix_acl_xattr.h: version 4 bytes, then entries of tag 2 · permissions 2 · id 4; fs/posix_acl.c: owner, users, group, groups, mask, others in
    /// this order, with a mask if there are users or groups.
    /// </summary>
    private static bool IsAccessList(ReadOnlySpan<byte> value)
    {
        const int owner = 1, user = 2, group = 4, groups = 8, mask = 16, others = 32;
        if (value.Length < 4 || value.Length % 8 != 4 || BinaryPrimitives.ReadUInt32LittleEndian(value) != 2)
        {
            return false;
        }

        var (last, needsMask) = (0, false);
        for (var entry = value[4..]; !entry.IsEmpty; entry = entry[8..])
        {
            var tag = BinaryPrimitives.ReadUInt16LittleEndian(entry);
            var follows = tag switch
            {
                owner => last == 0,
                user => last is owner or user,
                group => last is owner or user,
                groups => last is group or groups,
                mask => last is group or groups,
                others => last == mask || (last is group or groups && !needsMask),
                _ => false,
            };
            var isNamed = tag is user or groups;
            if (!follows || BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]) > 7 || (isNamed && BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) == uint.MaxValue))
            {
                return false;
            }

            (last, needsMask) = (tag, needsMask || isNamed);
        }

        return last is 0 or others;
    }
}
