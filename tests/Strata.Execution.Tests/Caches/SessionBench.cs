using Strata.Core;
using Strata.Execution.Caches;
using Strata.Execution.Entries;
using Strata.Execution.Masking;
using Strata.Execution.Running;
using Strata.Execution.Sources;
using Strata.Execution.Tests.Fakes;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Caches;

/// <summary>The caches of job a of run-1, on an empty image and an empty workspace; nothing is mounted.</summary>
internal sealed class SessionBench : IAsyncDisposable
{
    private readonly WorkspaceLayers _layers;
    private readonly RunEntries _entries;
    private readonly JobAttempt _attempt;
    private readonly JobTrees _trees;

    private SessionBench(WorkspaceLayers layers, RunEntries entries, JobAttempt attempt, JobTrees trees, Func<string, CachesOff?> whyOff)
    {
        (_layers, _entries, _attempt, _trees) = (layers, entries, attempt, trees);
        Session = new(
            entries, attempt, trees, ImageUser.Root, Digest.Of("image"u8), new Dictionary<string, string>(), new SecretMasker(), whyOff, explains: false,
            (_, text) =>
            {
                Said.Add(text);
                return ValueTask.CompletedTask;
            },
            TimeProvider.System);
    }

    public CacheSession Session { get; }

    public List<string> Said { get; } = [];

    /// <param name="change">Of the real services.</param>
    /// <param name="whyOff">By type; null: all caches are on.</param>
    public static async Task<SessionBench> CreateAsync(RunFixture run, Func<EntryServices, EntryServices> change, Func<string, CachesOff?>? whyOff = null)
    {
        Directory.CreateDirectory(run.Workspace);
        var layers = new WorkspaceLayers(run.Data, TimeProvider.System);
        var workspace = await layers.CaptureAsync(run.Workspace, "local", 0, CancellationToken.None);
        var facts = RunFactsOf.Request(run.Request(Make.Workflow()), "run-1", 1, "me");
        var entries = new RunEntries(() => change(LocalEntries.Open(run.Data)), facts, static _ => Task.FromResult(false));
        var attempt = await entries.StartAttemptAsync("a", "a", CancellationToken.None);
        return new(layers, entries, attempt, new(new([], ImageConfig.Empty, []), workspace, attempt.Services.Layers), whyOff ?? (static _ => null));
    }

    public static CacheSpec Spec(string name) => new()
    {
        Name = name, Type = CacheReading.CustomType, Paths = [$"~/{name}"], Key = "k", RestoreKeys = [], IsForAnyImage = false, Ttl = null, MaxAge = null, Save = CacheSave.OnSuccess, Rolling = false,
        FailOnMiss = false, LookupOnly = false, ShareWithForks = null, Env = new Dictionary<string, string>(), Inputs = new Dictionary<string, string>(),
        InputEnv = new Dictionary<string, string>(), At = null,
    };

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        _trees.Dispose();
        await _attempt.DisposeAsync();
        await _entries.DisposeAsync();
        _layers.Dispose();
    }
}
