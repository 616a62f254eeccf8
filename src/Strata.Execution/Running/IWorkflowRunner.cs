using Strata.Core.Diagnostics;
using Strata.Execution.Events;
using Strata.Execution.Reporting;

namespace Strata.Execution.Running;

/// <summary>Runs a workflow on this machine to its end.</summary>
public interface IWorkflowRunner
{
    /// <summary>Everything that can be refused before the first job: unsupported features of selected jobs, unknown --job, --matrix without a match.</summary>
    IReadOnlyList<Diagnostic> Check(RunRequest request);

    /// <summary>Runs it. Cancelling ends running jobs in order (SIGINT … SIGKILL), marks the rest cancelled, and returns the report.</summary>
    /// <exception cref="EnvironmentException">The machine failed before a job could say so.</exception>
    /// <exception cref="UserErrorException">See <see cref="Check"/>.</exception>
    Task<RunReport> RunAsync(RunRequest request, IRunObserver observer, CancellationToken cancellationToken);
}
