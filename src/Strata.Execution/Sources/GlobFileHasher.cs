using Strata.Core.Globs;
using Strata.Layers.Hashing;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Sources;

/// <summary>hashFiles through the layers' hasher.</summary>
public sealed class GlobFileHasher : IFileHasher
{
    public string HashFiles(string root, IReadOnlyList<string> patterns)
    {
        var (globs, problems) = GlobSet.Parse(patterns);
        if (globs is null)
        {
            throw new ExpressionException($"hashFiles: {string.Join(' ', problems.Select(problem => problem.Message))}");
        }

        try
        {
            return FileHasher.HashFiles(root, globs, CancellationToken.None);
        }
        catch (IOException e)
        {
            throw new ExpressionException($"hashFiles: {e.Message}");
        }
    }
}
