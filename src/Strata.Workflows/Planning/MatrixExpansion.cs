using Strata.Workflows.Expressions;

namespace Strata.Workflows.Planning;

/// <summary>Cross product, exclude, include (facts: GitHub's rules).</summary>
public static class MatrixExpansion
{
    public const int VectorsMax = 256;

    /// <param name="matrix">The evaluated <c>strategy.matrix</c>: keys with arrays, and include and exclude.</param>
    /// <returns>The vectors in order, or every problem as text (the caller knows the place). Neither, when everything is excluded.</returns>
    public static (IReadOnlyList<MatrixVector> Vectors, IReadOnlyList<string> Problems) Expand(Value matrix)
    {
        var (definition, problems) = MatrixDefinition.Read(matrix);
        if (problems.Count > 0)
        {
            return ([], problems);
        }

        var vectors = new List<MatrixVector>();
        foreach (var combination in definition.Combinations())
        {
            if (vectors.Count == VectorsMax)
            {
                return ([], [TooMany]);
            }

            vectors.Add(MatrixVector.Of(combination, combination));
        }

        var unused = AddIncludes(vectors, definition);
        if (vectors.Count + unused.Count > VectorsMax)
        {
            return ([], [TooMany]);
        }

        vectors.AddRange(unused);
        return (vectors, []);
    }

    private static string TooMany => $"The matrix makes more than {VectorsMax} jobs.";

    /// <summary>Adds the values of each include to the combinations it matches, in written order, a later one over an earlier one.</summary>
    /// <returns>Includes that match none: combinations of their own.</returns>
    private static List<MatrixVector> AddIncludes(List<MatrixVector> vectors, MatrixDefinition definition)
    {
        var unused = new List<MatrixVector>();
        foreach (var include in definition.Includes)
        {
            var filter = new ObjectValue(include.Members.Where(member => definition.HasKey(member.Key)));
            var extras = include.Members.Where(member => !definition.HasKey(member.Key)).ToList();
            var isUsed = false;
            for (var i = 0; i < vectors.Count; i++)
            {
                if (MatrixFilter.Matches(vectors[i].Values, filter))
                {
                    isUsed = true;
                    vectors[i] = vectors[i] with { Values = With(vectors[i].Values, extras) };
                }
            }

            if (!isUsed)
            {
                var values = new ObjectValue([.. filter.Members, .. extras]);
                unused.Add(MatrixVector.Of(values, values));
            }
        }

        return unused;
    }

    private static ObjectValue With(ObjectValue values, List<KeyValuePair<string, Value>> extras)
    {
        if (extras.Count == 0)
        {
            return values;
        }

        var members = new OrderedDictionary<string, Value>(values.Members, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in extras)
        {
            members[name] = value;
        }

        return new(members);
    }
}
