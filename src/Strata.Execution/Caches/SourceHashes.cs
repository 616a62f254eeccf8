using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Hashing;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Caches;

/// <summary>hashFiles over the source as it was when the run started, from its index; and which answers were given: they are inputs of a key. Not for concurrent use.</summary>
internal sealed class SourceHashes(LayerLease source)
{
    private readonly Dictionary<string, string> _asked = new(StringComparer.Ordinal);
    private MergedTree? _tree;

    /// <summary>As written in an expression → the hash; since the last <see cref="Forget"/>.</summary>
    public IReadOnlyDictionary<string, string> Asked => new Dictionary<string, string>(_asked);

    public void Forget() => _asked.Clear();

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
            return _asked[$"hashFiles({string.Join(", ", patterns.Select(static pattern => $"'{pattern}'"))})"] = TreeHasher.HashFiles(_tree, globs);
        }
        catch (IOException e)
        {
            throw new ExpressionException($"hashFiles: {e.Message}");
        }
    }
}
