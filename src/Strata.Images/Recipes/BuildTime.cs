using Strata.Layers.Entries;

namespace Strata.Images.Recipes;

/// <summary>The one time of everything a build makes, so that the day it was made on is no part of the result.</summary>
public static class BuildTime
{
    /// <summary>1980-01-01: the earliest that every archive format can say.</summary>
    public const long EpochSeconds = 315_532_800;

    public static Timestamp Epoch { get; } = new(EpochSeconds, 0);
}
