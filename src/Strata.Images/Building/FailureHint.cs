namespace Strata.Images.Building;

/// <summary>What to do about failures that come from how images are built here.</summary>
internal static class FailureHint
{
    private const int NotFound = 127; // as a shell says it

    /// <summary>What common tools print when there is no way out: apt, curl, wget of GNU and busybox, git, npm, pip.</summary>
    private static readonly string[] Cut =
    [
        "Temporary failure resolving", "Temporary failure in name resolution", "Could not resolve host", "Could not resolve '", "bad address", "etwork is unreachable", "EAI_AGAIN",
        "ENETUNREACH",
    ];

    /// <param name="hasNetwork">What the step says, not what the host has.</param>
    /// <returns>Null: nothing is known of it.</returns>
    public static string? Of(int exitCode, IReadOnlyList<string> lastLines, bool hasNetwork)
    {
        if (lastLines.Any(static line => Cut.Any(words => line.Contains(words, StringComparison.Ordinal))))
        {
            return hasNetwork
                ? "The step found no way to a host it asked for: check the name, and this host's network, DNS and proxy variables (`strata doctor`)."
                : "The step has no network, as its `network: none` says: let a step before fetch what it needs, or leave that out.";
        }

        foreach (var line in lastLines)
        {
            if (line.StartsWith("E: ", StringComparison.Ordinal)
                && (line.Contains("Unable to locate package", StringComparison.Ordinal) || line.Contains("has no installation candidate", StringComparison.Ordinal)))
            {
                return "Package lists are no part of a layer (docs/images.md): write `apt-get update && apt-get install …` in one step.";
            }
        }

        return exitCode == NotFound ? "Exit code 127: a program is not in the image at this step. Install it in a step before." : null;
    }
}
