using Strata.Execution.Running;
using Strata.Images;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Cli;

/// <summary>Puts the modules together for one process: the only place that knows all of them.</summary>
internal static class LocalPlatform
{
    /// <param name="runtime">A configured OCI runtime, or null.</param>
    public static IWorkflowRunner CreateRunner(string dataDirectory, string? runtime) => throw new NotSupportedException();
}
