namespace Strata.Layers.Indexes;

/// <summary>docs/format/layer-index.md draws it.</summary>
internal static class IndexFormat
{
    public const int Version = 2;

    /// <summary>Written before there was a second: its digest is of the body alone. Read, so that layers that are kept need not be made again.</summary>
    public const int VersionOfBodyDigest = 1;

    public const int HeaderSize = 96;
    public const int VersionAt = 8, EntriesAt = 16, LengthAt = 24, TreeDigestAt = 32, DigestAt = 64;

    public static ReadOnlySpan<byte> Magic => "STRATAIX"u8;

    public const int VarintLengthMax = 10;
}
