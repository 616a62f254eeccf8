using Strata.Core.Diagnostics;
using Strata.Layers.Store;

namespace Strata.Layers.Sources;

/// <summary>The visible files of a workspace as they were at one moment, as a layer.</summary>
/// <param name="Lease">The caller disposes it.</param>
/// <param name="Git">The enclosing repository at that moment, or null.</param>
/// <param name="IsReused">Nothing changed since the layer was made: no file was packed.</param>
/// <param name="FileCount">Files and links.</param>
/// <param name="SizeBytes">Sum of the files' sizes.</param>
public sealed record SourceLayer(
    LayerLease Lease, GitState? Git, bool IsReused, long FileCount, long SizeBytes, IReadOnlyList<Diagnostic> Diagnostics);
