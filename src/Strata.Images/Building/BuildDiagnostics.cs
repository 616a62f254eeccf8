using Strata.Core.Diagnostics;
using Strata.Core.Text;

namespace Strata.Images.Building;

/// <summary>What goes wrong when images are built: STR318x.</summary>
internal static class BuildDiagnostics
{
    public static Diagnostic StepFailed(StepPlace step, string how, IReadOnlyList<string> lastLines, string? hint, SourceSpan at) =>
        new("STR3180", Severity.Error, $"{step.Name} {how}: {step.Title}", at,
            LastPrinted(lastLines) + (hint is null ? "" : $"\n{hint}"));

    /// <param name="ended">Why the sandbox ended with the step in it.</param>
    public static Diagnostic StepEnded(StepPlace step, Diagnostic ended, IReadOnlyList<string> lastLines, SourceSpan at) => ended with
    {
        Message = $"{step.Name} was ended: {step.Title}. {ended.Message}",
        At = at,
        Help = ended.Help is null ? LastPrinted(lastLines) : $"{LastPrinted(lastLines)}\n{ended.Help}",
    };

    public static Diagnostic UnknownSecret(StepPlace step, string name, IEnumerable<string> known, SourceSpan at) =>
        new("STR3181", Severity.Error, $"{step.Name} needs the secret '{name}', which was not given.", at,
            Suggestion.Nearest(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"Give it: --secret {name}, which takes it from the environment, or --secret-file FILE.");

    public static Diagnostic DamagedLayer(string recipe, string layer, string why) =>
        new("STR3184", Severity.Error, $"A layer below the image '{recipe}' cannot be read ({layer}): {why}", null,
            "Run `strata doctor --scrub`: it puts damaged layers aside, and they are made or fetched again.");

    public static Diagnostic Unsettled(StepPlace step, SourceSpan at) =>
        new("STR3185", Severity.Error, $"{step.Name} was built again and again, and each time its layer was gone or its lease lost.", at,
            "Something removes layers while they are built, or this machine stands still for long: look at the disk's space and at `strata doctor`.");

    private static string LastPrinted(IReadOnlyList<string> lines) =>
        lines.Count == 0 ? "It printed nothing." : $"The last it printed:\n{string.Join('\n', lines.Select(static line => $"    {line}"))}";
}
