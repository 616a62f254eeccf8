using Strata.Execution.Commands;
using Strata.Execution.Steps;
using Strata.Execution.Trees;
using Strata.Layers.Differences;
using Strata.Layers.Saving;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>
/// The sandbox of one hermetic step: the image alone, no network, no site settings, nobody's secrets; in its workspace what was declared. Frozen when the command has ended; its
/// files stay until this is disposed.
/// </summary>
internal sealed class HermeticSandbox : IAsyncDisposable
{
    private const string Name = "hermetic"; // the host name too
    private const string FileStem = "step";

    private readonly ISandbox _sandbox;
    private readonly HermeticJob _job;
    private readonly HermeticPlan _plan;

    private HermeticSandbox(HermeticJob job, HermeticPlan plan, ISandbox sandbox) => (_job, _plan, _sandbox) = (job, plan, sandbox);

    public ExecOutcome Outcome { get; private set; }

    public ExecSpec Spec { get; private set; } = null!;

    /// <summary>What the command asked for; null: it was not followed.</summary>
    public TracedPaths? Traced { get; private set; }

    /// <summary>Of the files it wrote for the steps that follow.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Not yet masked.</summary>
    public string? Summary { get; private set; }

    /// <param name="effects">Takes what the step files say.</param>
    /// <param name="endOutput">The command has ended; its files are read after.</param>
    /// <param name="traces">Whether the files it asks for are followed, which makes it slower.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="Core.Diagnostics.EnvironmentException">The machine refused.</exception>
    public static async Task<HermeticSandbox> RunAsync(
        HermeticJob job, HermeticPlan plan, StepEffects effects, IExecOutput output, Func<ValueTask> endOutput, bool traces, CancellationToken cancellationToken)
    {
        var sandbox = await job.Host.StartAsync(await SpecAsync(job, plan, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var run = new HermeticSandbox(job, plan, sandbox);
        try
        {
            Directory.SetLastWriteTimeUtc(sandbox.WorkspaceUpper, DateTimeOffset.FromUnixTimeSeconds(plan.Epoch.Seconds).UtcDateTime); // the workspace itself
            await run.ExecuteAsync(effects, output, endOutput, traces, cancellationToken).ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What was written in the workspace, over the inputs. The caller disposes it, before this.</summary>
    public WrittenOverlay OpenWorkspace() =>
        new([LowerLayer.Of(_plan.Workspace.Opened!)], JobTrees.UpperOf(JobOverlay.Workspace, _sandbox), _job.Attempt.Services.Layers.Scratch);

    /// <summary>Names written in the root; /tmp is everybody's to write, and what a cache it names holds is dropped by design.</summary>
    public IReadOnlyList<byte[]> WrittenInRoot(int countMax)
    {
        using var root = new WrittenOverlay([], JobTrees.UpperOf(JobOverlay.Root, _sandbox), _job.Attempt.Services.Layers.Scratch);
        return root.Names(countMax, (path, _) => _plan.CachePaths.Any(cache => cache.AsSpan().SequenceEqual(path) || TreePath.IsBelow(path, cache)));
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    private static async Task<SandboxSpec> SpecAsync(HermeticJob job, HermeticPlan plan, CancellationToken cancellationToken)
    {
        var layers = job.Attempt.Services.Layers;
        var roots = new List<SandboxTree>(job.Image.Lowers);
        foreach (var cache in plan.Caches)
        {
            roots.Add(await layers.Trees.OpenSharedAsync(await cache.OpenAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
        }

        return new()
        {
            Name = Name,
            RootLowers = roots,
            WorkspaceLowers = [await layers.Trees.OpenSharedAsync(await plan.Workspace.OpenAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)],
            Network = false,
            Limits = job.Limits,
            Site = false,
        };
    }

    private async Task ExecuteAsync(StepEffects effects, IExecOutput output, Func<ValueTask> endOutput, bool traces, CancellationToken cancellationToken)
    {
        using var files = new StepFileSet(_sandbox, _plan.Command.Script, _plan.Shell.Extension, FileStem);
        Spec = new()
        {
            Arguments = _plan.Shell.CommandFor(files.ScriptPath),
            Environment = HermeticEnvironment.Build(_job.Image.Config, _job.User, _plan.Command.Env, files),
            WorkingDirectory = _plan.Command.Directory,
            UserId = _job.User.UserId,
            GroupId = _job.User.GroupId,
        };
        var trace = traces ? await _sandbox.TraceFilesAsync().ConfigureAwait(false) : null;
        Outcome = await _sandbox.ExecAsync(Spec, output, cancellationToken).ConfigureAwait(false);
        Traced = trace?.Paths();
        await endOutput().ConfigureAwait(false);
        (Warnings, Summary) = await files.ReadAsync(_sandbox, effects, CancellationToken.None).ConfigureAwait(false);
        await _sandbox.FreezeAsync().ConfigureAwait(false); // what is left running must not write meanwhile
    }
}
