using Strata.Execution.Contexts;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Running;

/// <summary>A matrix without expressions is known before the run.</summary>
internal static class PlainMatrix
{
    /// <returns>Null: the job has none, or only the run can tell.</returns>
    public static IReadOnlyList<MatrixVector>? Of(Job job) =>
        job.Strategy?.Matrix is { } matrix && IsPlain(matrix) ? MatrixExpansion.Expand(matrix.Evaluate(EvaluationScope.Empty)).Vectors : null;

    private static bool IsPlain(TemplateTree tree) => tree switch
    {
        TemplateTree.Leaf leaf => leaf.Plain is not null || leaf.Template.IsLiteral,
        TemplateTree.Sequence sequence => sequence.Items.All(IsPlain),
        TemplateTree.Mapping mapping => mapping.Members.All(m => IsPlain(m.Value)),
        _ => false,
    };
}
