using System.Runtime.InteropServices;

namespace Strata.Oci.Documents;

/// <summary>Operating system and processor, in Go's words: linux/amd64, linux/arm64/v8, linux/arm/v7.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>What this process runs on.</summary>
    public static Platform Host { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>
    /// How well an image for <paramref name="offered"/> runs here: null = not at all, else the lower the better. Older variants of
    /// arm run on newer ones; arm64 means v8; a variant of another processor (amd64/v3) must be asked for.
    /// </summary>
    internal int? DistanceTo(Platform offered)
    {
        if (offered.Os != Os || offered.Architecture != Architecture)
        {
            return null;
        }

        var distance = Level(this) - Level(offered);
        return distance >= 0 ? distance : null;
    }

    private static int Level(Platform platform) => platform.Variant is ['v', .. var number] && int.TryParse(number, out var level) && level is >= 0 and < 100
        ? level
        : platform.Architecture switch { "arm64" => 8, "arm" => 7, _ => platform.Variant is null ? 1 : 100 };

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
