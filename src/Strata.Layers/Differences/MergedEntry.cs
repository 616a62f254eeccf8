using Strata.Core;
using Strata.Layers.Entries;

namespace Strata.Layers.Differences;

/// <summary>A name that a stack of layers shows.</summary>
/// <param name="Entry">Never a whiteout, a mark of an opaque directory, or a hard link: that is shown as what it leads to.</param>
/// <param name="Content">SHA-256 of a file's content; else null.</param>
/// <param name="Layer">Which layer it comes from: 0 is the bottom.</param>
/// <param name="PathInLayer">Where its content is found there.</param>
/// <param name="LinkGroup">Names with the same number are one file; 0: it has no other name.</param>
public sealed record MergedEntry(LayerEntry Entry, Digest? Content, int Layer, byte[] PathInLayer, int LinkGroup);
