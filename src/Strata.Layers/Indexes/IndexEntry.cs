using Strata.Core;
using Strata.Layers.Entries;

namespace Strata.Layers.Indexes;

/// <summary>One name of a layer.</summary>
/// <param name="Content">SHA-256 of a file's content; null for everything else (a hard link: see the name it links to).</param>
public sealed record IndexEntry(LayerEntry Entry, Digest? Content);
