using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Hashing;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Caches;

/// <summary>hashFiles over the source as it was when the run started, from its index. Not for concurrent use.</summary>
internal sealed class SourceHashes(LayerLease source)
{
    private MergedTree? _tree;

    /// <exception cref="ExpressionException">A pattern makes no sense, or a link leads out of the workspace.</exception>
    public string Hash(IReadOnlyList<string> patterns)
    {
        var (globs, problems) = GlobSet.Parse(patterns);
        if (globs is null)
        {
            throw new ExpressionException($"hashFiles: {string.Join(' ', problems.Select(static problem => problem.Message))}");
        }

        try
        {
            _tree ??= LowerLayer.Of(source).ReadTree();
            return TreeHasher.HashFiles(_tree, globs);
        }
        catch (IOException e)
        {
            throw new ExpressionException($"hashFiles: {e.Message}");
        }
    }
}
