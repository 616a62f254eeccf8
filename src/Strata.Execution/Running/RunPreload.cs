using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Events;
using Strata.Execution.Jobs;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>Goes a run's way up to its first job, as far as nothing is touched: so that the code of it is loaded, on another core, when the real run comes there.</summary>
public static class RunPreload
{
    /// <param name="workflow">Of one job.</param>
    public static async Task LoadAsync(Workflow workflow)
    {
        var request = new RunRequest
        {
            Workflow = workflow,
            Identity = new() { Organization = "o", Repository = "r", Ref = "refs/heads/main", DefaultBranch = "refs/heads/main", Trust = Trust.Protected },
            WorkspaceDirectory = "/",
            DataDirectory = "/",
            Selection = RunSelection.All,
        };
        _ = RunCheck.Check(request);
        var events = new EventPump(Nobody.Instance);
        await using (events.ConfigureAwait(false))
        {
            var facts = RunFactsOf.Request(request, "1", 1, "a");
            await events.PublishAsync(ExecutionDiagnostics.ShortSecret("s")).ConfigureAwait(false);
            var needs = new NeedsContext(workflow.Jobs);
            var job = workflow.Jobs[0];
            var prepared = JobPreparation.Prepare(facts, job, needs.Of(job, static _ => RunStatus.Success), new Dictionary<string, RunStatus>(), request.Selection.Matrix, []);
            if (prepared is PreparedJob.Ready { Instances: [var instance, ..] })
            {
                _ = JobContexts.Of(facts, instance);
            }

            _ = Schedule.Next(new([new() { Id = job.Id, Instances = [InstanceState.Queued] }], 1, false));
        }
    }

    private sealed class Nobody : IRunObserver
    {
        public static Nobody Instance { get; } = new();

        public void On(RunEvent e)
        {
        }

        public void On(Diagnostic diagnostic)
        {
        }
    }
}
