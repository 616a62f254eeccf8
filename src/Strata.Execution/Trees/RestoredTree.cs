using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Execution.Trees;

/// <summary>A tree that a job can find at its place, mounted; not yet one of those the job stands on.</summary>
/// <param name="IsInWorkspace">Else it is in the root.</param>
internal sealed record RestoredTree(bool IsInWorkspace, SandboxTree Tree, ViewLease View);
