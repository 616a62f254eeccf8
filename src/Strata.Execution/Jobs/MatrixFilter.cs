using Strata.Workflows.Planning;

namespace Strata.Execution.Jobs;

/// <summary><c>--matrix KEY=VALUE</c>. A key that a matrix does not have says nothing about it.</summary>
internal static class MatrixFilter
{
    public static IReadOnlyList<MatrixVector> Apply(IReadOnlyList<MatrixVector> vectors, IReadOnlyDictionary<string, string> filter)
    {
        foreach (var (key, value) in filter)
        {
            if (HasKey(vectors, key))
            {
                vectors = [.. vectors.Where(v => v.Values[key].ToText().Equals(value, StringComparison.Ordinal))];
            }
        }

        return vectors;
    }

    public static bool HasKey(IReadOnlyList<MatrixVector> vectors, string key) => vectors.Any(v => v.Values.Contains(key));
}
