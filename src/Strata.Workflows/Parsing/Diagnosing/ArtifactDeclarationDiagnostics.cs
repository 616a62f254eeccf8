using Strata.Core.Diagnostics;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR41xx: declarations of artifacts.</summary>
internal static class ArtifactDeclarationDiagnostics
{
    public static Diagnostic BadName(SourceSpan at, string name) => Error("STR4101", at,
        $"'{Shorten(name)}' cannot be the name of an artifact.", "A name has at most 256 characters and none of \" : < > | * ? \\ / nor a line break; it is not . or ..");

    public static Diagnostic DuplicateName(SourceSpan at, string name, SourceSpan first) => Error("STR4102", at,
        $"The artifact '{Shorten(name)}' is already declared at {first.Line}:{first.Column}.", "Give each artifact of a workflow its own name; a step that means to replace one of an earlier step says overwrite: true.");

    public static Diagnostic SameNameForAll(SourceSpan at, string name, int count) => Error("STR4103", at,
        $"All {count} jobs of this matrix would make the artifact '{Shorten(name)}'.", "Put a matrix value into the name, as dist-${{ matrix.os }}.");

    public static Diagnostic NoProducer(SourceSpan at, string name, IEnumerable<string> known) => Error("STR4104", at,
        $"No job of this workflow makes an artifact '{Shorten(name)}'.",
        Suggest(name, known) ?? "Declare it under `artifacts:` of a job; if its name is computed, say which job makes it: { path: …, job: JOB }.");

    public static Diagnostic FromItself(SourceSpan at, string name) => Error("STR4105", at,
        $"The job takes the artifact '{Shorten(name)}' from itself.", "Use the files directly: they are in its workspace.");

    public static Diagnostic BadPath(SourceSpan at, string path) => Error("STR4106", at,
        $"'{Shorten(path)}' cannot be the path of an artifact.", "Write a path in the workspace, as dist/.");
}
