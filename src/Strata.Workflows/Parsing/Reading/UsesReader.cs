using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>uses:</c> of a step.</summary>
internal static class UsesReader
{
    public static StepAction Read(Fields step, StepScope scope, UnsupportedParts unsupported)
    {
        var at = step.Scalar("uses")?.At ?? step.At;
        var reference = step.Text("uses")?.Value ?? "";
        var with = step.TemplatePairs("with");
        if (reference.StartsWith("./", StringComparison.Ordinal) || reference.StartsWith("../", StringComparison.Ordinal))
        {
            if (!JobPaths.IsBelow(reference))
            {
                step.Problems.Add(StructureDiagnostics.BadLocalPath(at, reference));
            }

            return new StepAction.LocalAction(reference.StartsWith("./", StringComparison.Ordinal) ? reference[2..] : reference, with, at);
        }

        if (reference.StartsWith("docker://", StringComparison.Ordinal))
        {
            unsupported.Add(UnsupportedDiagnostics.DockerAction(at, reference));
            return new StepAction.Foreign(reference, at);
        }

        var version = reference.IndexOf('@');
        var action = version < 0 ? reference : reference[..version];
        if (version < 0 && reference.Length > 0 && !step.Scalar("uses")!.HasExpression)
        {
            step.Problems.Add(StructureDiagnostics.NoVersion(at, reference));
        }

        if (BuiltInActions.Find(action) is { } builtIn)
        {
            builtIn.Check(step, with, at, unsupported);
            return new StepAction.BuiltIn(builtIn.Name, with, at);
        }

        if (reference.Length > 0)
        {
            unsupported.Add(ForeignActions.Advise(at, reference, action, with, scope.Job));
        }

        return new StepAction.Foreign(reference, at);
    }
}
