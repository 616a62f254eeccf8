using System.Text.Json.Serialization;
using Strata.Core.Diagnostics;

namespace Strata.Images.Building;

/// <summary>How a build failed that others wait for: who wants the same under the same circumstances would fail alike, and need not try.</summary>
/// <param name="Step">The step's name in the messages: of the one who built it.</param>
/// <param name="Circumstances">What is no part of the key and may make it fail all the same.</param>
internal sealed record BuildFailure(string Step, string Circumstances, IReadOnlyList<BuildProblem> Problems)
{
    public static BuildFailure Of(StepPlace at, string circumstances, IReadOnlyList<Diagnostic> diagnostics) =>
        new(at.Name, circumstances, [.. diagnostics.Select(static d => new BuildProblem(d.Code, d.Severity, d.Message, d.Help))]);

    /// <summary>As the failure of one who waited: in its words, at its line.</summary>
    /// <param name="owner">Who built it.</param>
    public IReadOnlyList<Diagnostic> For(StepPlace at, SourceSpan line, string owner) =>
    [
        .. Problems.Select(problem => new Diagnostic(
            problem.Code, problem.Severity, problem.Message.Replace(Step, at.Name, StringComparison.Ordinal), line,
            $"{(problem.Help is null ? "" : $"{problem.Help}\n")}It was built by {owner}, for which this build waited.")),
    ];
}

/// <summary>A diagnostic without its place.</summary>
internal sealed record BuildProblem(string Code, Severity Severity, string Message, string? Help);

[JsonSerializable(typeof(BuildFailure))]
internal sealed partial class BuildFailureJson : JsonSerializerContext;
