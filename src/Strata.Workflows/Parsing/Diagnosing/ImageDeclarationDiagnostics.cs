using Strata.Core.Diagnostics;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR31xx: declarations of images.</summary>
internal static class ImageDeclarationDiagnostics
{
    public static Diagnostic BadReference(SourceSpan at, string reference, string why) => Error("STR3101", at,
        $"'{Shorten(reference)}' names no image: {why}", "Write debootstrap:bookworm, rootfs:FILE.tar, images.NAME, or an OCI reference such as debian:bookworm.");

    public static Diagnostic UnknownDefinition(SourceSpan at, string name, IEnumerable<string> known) => Error("STR3102", at,
        $"There is no image definition '{Shorten(name)}'.", Suggest(name, known) ?? "Define it under `images:`.");

    public static Diagnostic Cycle(SourceSpan at, IReadOnlyList<string> path) => Error("STR3103", at,
        $"These images start from each other: {string.Join(" → ", path)}.", "Start one of them from a base.");

    public static Diagnostic PackagesNeedDebootstrap(SourceSpan at) => Error("STR3104", at,
        "'packages' has a meaning only with `from: debootstrap:SUITE`.", "Install them in a step: run: apt-get update && apt-get install -y --no-install-recommends …");

    public static Diagnostic NotOneInstruction(SourceSpan at) => Error("STR3105", at,
        "An image step needs exactly one of run, copy, workdir, user, or env alone.", "Make one step of each.");

    public static Diagnostic BadMode(SourceSpan at, string mode) => Error("STR3106", at,
        $"'{Shorten(mode)}' is not a file mode.", "Write three or four octal digits in quotes, as \"0755\".");

    public static Diagnostic BadName(SourceSpan at, string name) => Error("STR3107", at,
        $"'{Shorten(name)}' cannot be the name of an image.", "A name has letters, digits, '.', '-' and '_', starts with a letter or a digit, and has at most 100 characters.");

    public static Diagnostic OnlyWithRun(SourceSpan at, string key) => Error("STR3108", at,
        $"'{key}' of an image step has a meaning only together with 'run'.", "Remove it, or add it to a run step.");

    public static Diagnostic BadPackage(SourceSpan at, string name) => Error("STR3109", at,
        $"'{Shorten(name)}' is not the name of a Debian package.", "A name has lower-case letters, digits, '+', '-' and '.'; =VERSION or /SUITE may follow.");

    public static Diagnostic CopyOutsideWorkspace(SourceSpan at, string path) => Error("STR3110", at,
        $"'{Shorten(path)}' is not inside the workspace, so it cannot be copied.", "Write a path relative to the workspace.");

    public static Diagnostic TakenAsReference(SourceSpan at, string name, string nearest) => new("STR3111", Severity.Warning,
        $"No definition has the name '{Shorten(name)}', so it is taken as a reference to a registry.", at, $"Did you mean '{nearest}'?");

    public static Diagnostic RelativeDirectory(SourceSpan at, string path) => Error("STR3112", at,
        $"'{Shorten(path)}' is not an absolute path.", "Start it with /.");

    public static Diagnostic BadSecretName(SourceSpan at, string name) => Error("STR3113", at,
        $"'{Shorten(name)}' cannot be the name of a secret.", "A name has letters, digits and _, and does not start with a digit.");
}
