using Strata.Layers.Entries;

namespace Strata.Layers.Views;

/// <summary>What lies below a restored tree, looked up name by name.</summary>
public interface ILowerTree
{
    /// <param name="path">From the root, which is the empty path; no link is followed on the way or at its end.</param>
    /// <returns>Null: nothing is there.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    LayerEntry? Find(ReadOnlySpan<byte> path);
}
