using Strata.Core.Diagnostics;

namespace Strata.Images;

/// <summary>What a job runs in that names no image: enough to fetch sources and compile, nothing of any language's ecosystem.</summary>
public static class DefaultImage
{
    public const string Suite = "bookworm";

    public static IReadOnlyList<string> Packages { get; } =
        ["build-essential", "ca-certificates", "curl", "git", "pkg-config", "python3-minimal", "unzip", "xz-utils", "zip"];

    /// <param name="at">The job that named none.</param>
    public static BaseImage Definition(SourceSpan? at) => new BaseImage.Debootstrap(Suite, Packages, at);
}
