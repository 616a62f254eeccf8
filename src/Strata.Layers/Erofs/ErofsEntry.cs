using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>One name of an image.</summary>
/// <param name="Extents">Where a file's content is, in its order; empty for everything else, hard links included.</param>
public sealed record ErofsEntry(LayerEntry Entry, IReadOnlyList<DataExtent> Extents);
