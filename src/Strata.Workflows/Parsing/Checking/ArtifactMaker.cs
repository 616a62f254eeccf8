using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>An item of <c>artifacts:</c>, or a step that uploads: what publishes an artifact under a name that is written out.</summary>
/// <param name="Step">Null: it is declared.</param>
/// <param name="When">Of a declared one.</param>
internal sealed record ArtifactMaker(string Name, SourceSpan At, ReadJob Of, Step? Step, ArtifactWhen When)
{
    private const string NameDefault = "artifact"; // of actions/upload-artifact

    public Job Job => Of.Job;

    /// <summary>Whether it publishes, and is not allowed to fail, in a run of its job in which all goes well.</summary>
    public bool IsCertain => Step is null ? When is not ArtifactWhen.OnFailure : AlwaysGoes(Step.If) && !MayFail(Step);

    /// <summary>A name that is taken is no trouble to it, or may be none.</summary>
    public bool MayReplace => Step is not null && Input(Step, "overwrite")?.Value is { } overwrite && (!overwrite.IsLiteral || Is(overwrite.Text, "true"));

    /// <returns>Declared ones of a job before its steps.</returns>
    public static IEnumerable<ArtifactMaker> AllOf(ReadJob read)
    {
        foreach (var artifact in read.Job.Artifacts)
        {
            if (artifact.Name.Value.IsLiteral)
            {
                yield return new(artifact.Name.Value.Text, artifact.Name.At, read, null, artifact.When);
            }
        }

        foreach (var step in read.Job.Steps)
        {
            if (UploadName(step) is { Value.IsLiteral: true } name)
            {
                yield return new(name.Value.Text.Trim(), name.At, read, step, ArtifactWhen.OnSuccess);
            }
        }
    }

    /// <summary>What an upload-artifact step names; null for other steps.</summary>
    public static Located<Template>? UploadName(Step step) =>
        step.Action is not StepAction.BuiltIn { Name: "upload-artifact" } upload ? null
        : Input(step, "name") ?? new(Template.Literal(NameDefault), upload.At);

    /// <summary>A condition that success of all before fulfils, whatever else there is.</summary>
    public static bool AlwaysGoes(Condition condition) =>
        condition.IsImplied || condition.Text.Replace("${{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).Trim() is "always()" or "success()" or "!cancelled()";

    private static bool MayFail(Step step) => step.ContinueOnError is { Value: var setting } && !(setting.IsLiteral && Is(setting.Text, "false"));

    private static Located<Template>? Input(Step step, string input)
    {
        foreach (var (name, value) in (step.Action as StepAction.BuiltIn)?.With ?? [])
        {
            if (Is(name, input))
            {
                return value;
            }
        }

        return null;
    }

    private static bool Is(string text, string word) => string.Equals(text.Trim(), word, StringComparison.OrdinalIgnoreCase);
}
