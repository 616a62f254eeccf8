using Strata.Workflows.Expressions;

namespace Strata.Workflows.Planning;

/// <summary>One combination of matrix values, in display order.</summary>
/// <param name="Values">The <c>matrix</c> context of the job.</param>
/// <param name="DisplaySuffix">" (v1, v2)", or "" for a job without a matrix: GitHub's display name is the job's name and this.</param>
public sealed record MatrixVector(ObjectValue Values, string DisplaySuffix);

/// <summary>Cross product, exclude, include (facts: GitHub's rules).</summary>
public static class MatrixExpansion
{
    public const int VectorsMax = 256;

    /// <param name="matrix">The evaluated <c>strategy.matrix</c>: keys with arrays, and include and exclude.</param>
    /// <returns>The vectors in order, or every problem as text (the caller knows the place).</returns>
    public static (IReadOnlyList<MatrixVector> Vectors, IReadOnlyList<string> Problems) Expand(Value matrix) => throw new NotImplementedException();
}
