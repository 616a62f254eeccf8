namespace Strata.Layers.Erofs;

/// <summary>Where a run of a file's blocks is.</summary>
/// <param name="Device">0: the image itself; n: its n-th other device.</param>
/// <param name="StartBlock">On that device.</param>
/// <param name="BlockCount">Blocks of 4 KiB; the last of a file is padded with zeros.</param>
public readonly record struct DataExtent(int Device, uint StartBlock, long BlockCount)
{
    private const uint NoBlock = uint.MaxValue; // EROFS_NULL_ADDR

    public bool IsHole => StartBlock == NoBlock;

    public static DataExtent Hole(long blockCount) => new(0, NoBlock, blockCount);
}
