using Strata.Images;

namespace Strata.Execution.Images;

/// <summary>What a job gets that names no image (docs/images.md).</summary>
internal static class DefaultJobImage
{
    public const string Name = "default";

    /// <summary>For hints.</summary>
    public static string Holds { get; } = string.Join(", ", DefaultImage.Packages);
}
