using System.Globalization;
using Strata.Core.Diagnostics;
using Strata.Images.Capturing;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Layers.Store;
using Strata.Sandbox;

namespace Strata.Images.Building;

/// <summary>A command's layer: what it changed.</summary>
internal sealed class RunStepLayer : StepLayer
{
    private readonly StepPlace _at;
    private readonly RecipeStep.Run _step;
    private readonly ImageStack _below;
    private readonly BuildContext _context;
    private readonly ILayerPlace _target;
    private readonly LayerTrees _trees;
    private readonly TimeProvider _time;
    private readonly IReadOnlyDictionary<string, string> _args;
    private readonly ResourceLimits _limits;

    /// <param name="args">All that the recipe and the build give.</param>
    /// <param name="target">Where layers of this organization are.</param>
    public RunStepLayer(
        StepPlace at,
        RecipeStep.Run step,
        ImageStack below,
        IReadOnlyDictionary<string, string> args,
        ResourceLimits limits,
        BuildContext context,
        ILayerPlace target,
        LayerTrees trees,
        TimeProvider time)
    {
        (_at, _step, _below, _limits, _context, _target, _trees, _time) = (at, step, below, limits, context, target, trees, time);
        _args = NamedArgs.Of(step, args);
        Inputs = StepInputs.Of(step, below.SnapshotDigest, below.Config, args);
    }

    public override KeyInputs Inputs { get; }

    public override bool UsesNetwork => _step.Network;

    public override bool IsShareable => _step.Secrets.Count == 0;

    /// <summary>With another secret it may go well.</summary>
    public override string? FailureCircumstances => _step.Secrets.Count > 0 ? null
        : string.Create(CultureInfo.InvariantCulture, $"{_step.Timeout} {_limits} site {_context.Site}");

    public override async Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken)
    {
        var secrets = Secrets();
        var host = await _context.OpenHost(cancellationToken).ConfigureAwait(false);
        var outcome = await RunCapture.RunAsync(
            new()
            {
                Host = host,
                Lowers = await _trees.OpenStackAsync(_below.Leases, cancellationToken).ConfigureAwait(false),
                Below = _below.Leases,
                BelowTree = _below.Tree,
                Step = _step,
                Environment = StepInputs.Over(StepInputs.Over(_below.Config.Environment, _step.Env), _args),
                WorkingDirectory = _below.Config.WorkingDirectory ?? "/",
                User = _below.Config.User,
                Secrets = secrets,
                Site = _context.Site,
                Limits = _limits,
                Timeout = _step.Timeout,
                Output = log,
                Time = _time,
                Target = _target,
            },
            cancellationToken).ConfigureAwait(false);
        log.End();
        return outcome switch
        {
            CaptureOutcome.Stored stored => Made(stored),
            CaptureOutcome.Refused refused => throw new UserErrorException(refused.Diagnostic),
            CaptureOutcome.Failed failed => throw Failure(failed.Exec, log),
            _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no outcome of a command."),
        };
    }

    private MadeLayer Made(CaptureOutcome.Stored stored)
    {
        foreach (var warning in stored.Warnings)
        {
            _context.Observer.Report(warning.ToString());
        }

        return new(stored.Commit.Lease!, stored.LeftOut);
    }

    private UserErrorException Failure(ExecOutcome failed, BuildLog log)
    {
        if (failed.SandboxEnded is { } ended)
        {
            return new(BuildDiagnostics.StepEnded(_at, ended, log.LastLines, _step.At));
        }

        var how = failed switch
        {
            { StartError: { } error } => $"could not be started ({error})",
            { End: ExecEnd.TimedOut } => string.Create(CultureInfo.InvariantCulture, $"took longer than {_step.Timeout!.Value.TotalMinutes:0.##} minutes"),
            { OutOfMemory: true } => "ran out of memory",
            _ => string.Create(CultureInfo.InvariantCulture, $"failed with exit code {failed.ExitCode}"),
        };
        return new(BuildDiagnostics.StepFailed(
            _at, how, log.LastLines, FailureHint.Of(failed.ExitCode, log.LastLines, _step.Network), _step.At));
    }

    private Dictionary<string, string> Secrets()
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = new List<Diagnostic>();
        foreach (var name in _step.Secrets)
        {
            if (_context.Secrets.TryGetValue(name, out var value))
            {
                secrets[name] = value;
            }
            else
            {
                missing.Add(BuildDiagnostics.UnknownSecret(_at, name, _context.Secrets.Keys, _step.At));
            }
        }

        return missing.Count > 0 ? throw new UserErrorException(missing) : secrets;
    }
}
