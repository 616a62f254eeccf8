using Strata.Core.Diagnostics;

namespace Strata.Images.BaseSystems;

/// <summary>Reads what went wrong from a builder's last lines: the request, the network, the disk, or something else.</summary>
internal static class BuilderFailure
{
    private const int LinesShown = 12;

    private static readonly string[] Network =
    [
        "Could not resolve", "Temporary failure", "Connection refused", "Connection timed out", "Could not connect", "Network is unreachable",
        "Cannot initiate the connection", "Connection failed", "Unable to connect", "Proxy", "certificate verification failed",
    ];

    private static readonly string[] Keys = ["NO_PUBKEY", "is not signed", "The following signatures", "not find a keyring", "EXPKEYSIG"];

    public static Exception Explain(BaseImage.Debootstrap image, IReadOnlyList<string> lines)
    {
        var detail = string.Join('\n', lines.Skip(Math.Max(0, lines.Count - LinesShown)));
        if (Contains(lines, ["No space left on device"]))
        {
            return new EnvironmentException(ImageDiagnostics.NoSpace(detail));
        }

        if (UnknownPackage(lines) is { } package)
        {
            return new UserErrorException(ImageDiagnostics.UnknownPackage(package, image.Suite, image.At));
        }

        if (Contains(lines, Network))
        {
            return new EnvironmentException(ImageDiagnostics.NoMirror(image.Suite, detail));
        }

        if (Contains(lines, ["does not have a Release file", "404  Not Found", "no longer has a Release file"]))
        {
            return new UserErrorException(ImageDiagnostics.UnknownSuite(image.Suite, detail, image.At));
        }

        return new EnvironmentException(Contains(lines, Keys)
            ? ImageDiagnostics.NoKey(image.Suite, detail)
            : ImageDiagnostics.BuildFailed(image.Suite, detail));
    }

    /// <summary>apt's three ways to say so.</summary>
    private static string? UnknownPackage(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            if (After(line, "Unable to locate package ") is { } missing)
            {
                return missing;
            }

            if (line.Contains("has no installation candidate", StringComparison.Ordinal) && Quoted(line) is { } candidate)
            {
                return candidate;
            }

            if (line.Contains("was not found", StringComparison.Ordinal) && After(line, "for '") is { } version)
            {
                return version.Split('\'')[0];
            }
        }

        return null;
    }

    private static string? After(string line, string marker) =>
        line.IndexOf(marker, StringComparison.Ordinal) is var at and >= 0 ? line[(at + marker.Length)..].Trim() : null;

    private static string? Quoted(string line) => line.Split('\'') is [_, var quoted, ..] ? quoted : null;

    private static bool Contains(IReadOnlyList<string> lines, string[] marks)
    {
        foreach (var line in lines)
        {
            if (Array.Exists(marks, mark => line.Contains(mark, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
