using Strata.Core;

namespace Strata.Layers.Trees;

/// <summary>A tree as records name it: its layers are in the layer store while the record is live.</summary>
/// <param name="Layers">Bottom first; their root is the path that the tree describes.</param>
/// <param name="Tree">Tree digest: of paths, types, modes, link targets, extended attributes and contents; not of times and owners.</param>
/// <param name="SizeBytes">Of its files' contents.</param>
/// <param name="Files">Names below the root, of any kind.</param>
public sealed record StoredTree(IReadOnlyList<Digest> Layers, Digest Tree, long SizeBytes, long Files);
