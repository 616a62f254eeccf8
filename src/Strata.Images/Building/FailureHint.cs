namespace Strata.Images.Building;

/// <summary>What to do about failures that come from how images are built here.</summary>
internal static class FailureHint
{
    private const int NotFound = 127; // as a shell says it

    /// <returns>Null: nothing is known of it.</returns>
    public static string? Of(int exitCode, IReadOnlyList<string> lastLines)
    {
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
