using Strata.Core.Diagnostics;

namespace Strata.Workflows.Conversion;

/// <summary>STR18xx: what a conversion leaves to a person.</summary>
internal static class ConversionDiagnostics
{
    public static Diagnostic OtherVersion(SourceSpan at, string action, string version, string reference) => new(
        "STR1801", Severity.Warning, $"{action} installed version {version}; the image has the version of Debian's package.", at,
        $"Check that it will do, or start from another base: {reference}.");

    public static Diagnostic ExtraCommands(SourceSpan at, string action, string commands) => new(
        "STR1802", Severity.Warning, $"What {action} installs is not a Debian package.", at, $"Install it in a step of the job: {commands}");

    public static Diagnostic RunnerByExpression(SourceSpan at) => new(
        "STR1803", Severity.Warning, "The runner is chosen by an expression; the image is the same for every value.", at,
        "Write `image:` with a name of `images:`; it may hold an expression too.");

    public static Diagnostic LostInputs(SourceSpan at, string action, string inputs) => new(
        "STR1804", Severity.Warning, $"The image has nothing for these inputs of {action}: {inputs}.", at,
        "Do what they did in a `run:` step of the job, or in a step of the image.");

    public static Diagnostic LeftAsItIs(SourceSpan at) => new(
        "STR1805", Severity.Warning, "This job could not be converted without changing more than its runner and its set-up steps, so it stays as it was.", at,
        "Give it an `image:` and remove its set-up steps by hand.");
}
