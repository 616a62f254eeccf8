using System.Globalization;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;

namespace Strata.Execution.Tests.Scheduling;

public sealed class ScheduleTests
{
    /// <summary>
    /// A job is <c>id[&lt;needs]:state</c>. State: <c>?</c> not prepared, <c>S</c>/<c>F</c>/<c>K</c> fixed success/failure/skipped, else one letter an
    /// instance: q queued, r running, c running and told to end, s success, f failure, o failure with continue-on-error, x cancelled.
    /// <c>!</c> after it: fail-fast off; <c>/n</c>: max-parallel.
    /// </summary>
    private static RunState State(string text, int maxParallel, bool cancelled)
    {
        var parts = text.Split(' ');
        var ids = parts.Select(p => p[0].ToString()).ToList();
        return new([.. parts.Select(p => Job(p, ids))], maxParallel, cancelled);
    }

    private static JobState Job(string text, List<string> ids)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var needs = colon > 2 ? text[2..colon].Select(c => ids.IndexOf(c.ToString())).ToList() : [];
        var state = text[(colon + 1)..];
        var slash = state.IndexOf('/', StringComparison.Ordinal);
        var maxParallel = slash < 0 ? (int?)null : int.Parse(state[(slash + 1)..], CultureInfo.InvariantCulture);
        state = slash < 0 ? state : state[..slash];
        var failFast = !state.EndsWith('!');
        state = state.TrimEnd('!');
        return new()
        {
            Id = text[..1],
            Needs = needs,
            FailFast = failFast,
            MaxParallel = maxParallel,
            FixedResult = state switch { "S" => RunStatus.Success, "F" => RunStatus.Failure, "K" => RunStatus.Skipped, _ => null },
            Instances = state is "?" or "S" or "F" or "K" ? null : [.. state.Select(Instance)],
        };
    }

    private static InstanceState Instance(char c) => c switch
    {
        'q' => InstanceState.Queued,
        'r' => new() { Phase = InstancePhase.Running },
        'c' => new() { Phase = InstancePhase.Running, Cancelling = true },
        's' => new() { Phase = InstancePhase.Ended, Status = RunStatus.Success },
        'f' => new() { Phase = InstancePhase.Ended, Status = RunStatus.Failure },
        'o' => new() { Phase = InstancePhase.Ended, Status = RunStatus.Failure, ContinueOnError = true },
        'x' => new() { Phase = InstancePhase.Ended, Status = RunStatus.Cancelled },
        _ => throw new ArgumentOutOfRangeException(nameof(c)),
    };

    private static string Text(RunState state, Decision decision)
    {
        var id = state.Jobs[decision.Job].Id;
        return decision switch
        {
            Decision.Prepare => $"prepare {id}",
            Decision.Start(_, var i) => $"start {id}{i}",
            Decision.Drop(_, var i, var reason) => $"drop {id}{i} {reason}",
            Decision.Cancel(_, var i, var reason) => $"cancel {id}{i} {reason}",
            _ => $"abandon {id}",
        };
    }

    [Theory]
    [InlineData("a:? b:?", 1, "prepare a")]
    [InlineData("a:q b:?", 1, "start a0")]
    [InlineData("a:r b:?", 1, "")]
    [InlineData("a:r b:?", 2, "prepare b")]
    [InlineData("a:s b:?", 1, "prepare b")]
    [InlineData("a:f b:?", 1, "prepare b")] // after a failure without needs, later jobs run
    [InlineData("a<b:? b:?", 1, "prepare b")] // document order, but for needs
    [InlineData("a<b:? b:s", 1, "prepare a")]
    [InlineData("a<b:? b:r c:?", 1, "")]
    [InlineData("a<b:? b:r c:?", 2, "prepare c")]
    [InlineData("a:qqq", 2, "start a0|start a1")]
    [InlineData("a:qqq/1", 3, "start a0")]
    [InlineData("a:rqq/1 b:q", 3, "start b0")]
    [InlineData("a:sqq/2", 3, "start a1|start a2")]
    [InlineData("a:qq b:q", 3, "start a0|start a1|start b0")]
    [InlineData("a:fqr", 3, "drop a1 FailFast|cancel a2 FailFast")]
    [InlineData("a:fxc", 3, "")]
    [InlineData("a:fqr!", 3, "start a1")]
    [InlineData("a:oqr", 3, "start a1")] // continue-on-error does not fail fast
    [InlineData("a:xq", 1, "start a1")] // a time-out is no failure
    [InlineData("a:K b<a:?", 1, "prepare b")]
    [InlineData("a:s b:s", 1, "")]
    public void Next(string jobs, int maxParallel, string expected) => Decide(jobs, maxParallel, false).ShouldBe(expected);

    [Theory]
    [InlineData("a:r b:?", "cancel a0 Run|abandon b")]
    [InlineData("a:cqs b:s", "drop a1 Run")]
    [InlineData("a:c b:K", "")]
    public void Next_after_a_cancel(string jobs, string expected) => Decide(jobs, 4, true).ShouldBe(expected);

    [Theory]
    [InlineData("a:ss", RunStatus.Success)]
    [InlineData("a:so", RunStatus.Success)]
    [InlineData("a:sx", RunStatus.Cancelled)]
    [InlineData("a:fx", RunStatus.Failure)]
    [InlineData("a:K", RunStatus.Skipped)]
    [InlineData("a:F", RunStatus.Failure)]
    [InlineData("a:sr", null)]
    [InlineData("a:?", null)]
    public void Result_of_a_job(string job, RunStatus? expected) => State(job, 1, false).Jobs[0].Result.ShouldBe(expected);

    private static string Decide(string jobs, int maxParallel, bool cancelled)
    {
        var state = State(jobs, maxParallel, cancelled);
        return string.Join("|", Schedule.Next(state).Select(d => Text(state, d)));
    }
}
