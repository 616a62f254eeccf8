namespace Strata.Layers;

/// <summary>What an archive or an image may hold at most.</summary>
/// <param name="SizeBytesMax">Sum of the sizes of its files.</param>
/// <param name="EntriesMax">Of an archive: its headers, and the names that are made of them.</param>
public sealed record TreeImportLimits(long SizeBytesMax, long EntriesMax)
{
    public static TreeImportLimits Default { get; } = new(64L << 30, 10_000_000);
}
