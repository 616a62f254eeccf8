using System.Text;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>What a conversion must keep of a workflow: jobs, needs, conditions, matrices, environments, and all steps but those that set up tools.</summary>
internal static class JobSummary
{
    public static string Of(string yaml)
    {
        var text = new StringBuilder();
        foreach (var job in Yaml.Valid(yaml).Jobs)
        {
            text.Append($"job {job.Id} '{job.Name?.Text}' needs {string.Join(',', job.Needs.Select(need => need.Value))} if {job.If.Text}")
                .Append($" matrix {Matrix(job.Strategy?.Matrix)} env {Environment(job.Env)} timeout {job.TimeoutMinutes?.Value.Text}\n");
            foreach (var step in job.Steps)
            {
                text.Append(step.Action switch
                {
                    StepAction.Run run => $"  run {run.Script.Value.Text.ReplaceLineEndings("\\n")} shell {run.Shell?.Value.Text} in {run.WorkingDirectory?.Value.Text}",
                    StepAction.BuiltIn action => $"  uses {action.Name} with {string.Join(',', action.With.Select(input => $"{input.Key}={input.Value.Value.Text}"))}",
                    StepAction.LocalAction action => $"  uses ./{action.Path}",
                    StepAction.Foreign action when IsSetUp(action.Reference) => "",
                    StepAction.Foreign action => $"  uses {action.Reference}",
                    _ => throw new NotSupportedException(),
                });
                text.Append(step.Action is StepAction.Foreign { Reference: var uses } && IsSetUp(uses) ? "" : $" '{step.Name?.Text}' if {step.If.Text} env {Environment(step.Env)}\n");
            }
        }

        return text.ToString();
    }

    private static bool IsSetUp(string reference) => Strata.Workflows.Parsing.Reading.SetupActions.Find(reference.Split('@')[0]) is not null;

    private static string Environment(IReadOnlyList<EnvironmentVariable> env) => string.Join(',', env.Select(variable => $"{variable.Name}={variable.Value.Text}"));

    private static string Matrix(TemplateTree? tree) => tree switch
    {
        null => "",
        TemplateTree.Leaf leaf => $"{leaf.Plain?.Kind}:{leaf.Template.Text}",
        TemplateTree.Sequence list => $"[{string.Join(',', list.Items.Select(Matrix))}]",
        TemplateTree.Mapping mapping => $"{{{string.Join(',', mapping.Members.Select(member => $"{member.Key}={Matrix(member.Value)}"))}}}",
        _ => throw new NotSupportedException(),
    };
}
