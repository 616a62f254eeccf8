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
        "STR1803", Severity.Warning, "The runner is chosen by an expression, so the image cannot be.", at,
        "Write `image:` with a name of `images:`; it may hold an expression too.");
}
