using Strata.Core;
using Strata.Layers.Entries;

namespace Strata.Layers.Store;

/// <summary>What a selection of layers shows, in two words: enough to know it again, and to date what is made of it.</summary>
/// <param name="Tree">Tree digest.</param>
/// <param name="Newest">Of all names but directories, as their layers date them; the beginning of time when there is none.</param>
public sealed record TreeSummary(Digest Tree, Timestamp Newest);
