using Strata.Images;

namespace Strata.Execution.Images;

/// <summary>What a job gets that names no image (docs/images.md).</summary>
internal static class DefaultImage
{
    public const string Name = "default";

    /// <summary>Debian 12 with what most builds begin with.</summary>
    public static IReadOnlyList<string> Packages { get; } = ["build-essential", "ca-certificates", "curl", "git"];

    public static BaseImage Base { get; } = new BaseImage.Debootstrap("bookworm", Packages, null);

    /// <summary>For hints.</summary>
    public static string Holds => "git, curl, ca-certificates and build-essential";
}
