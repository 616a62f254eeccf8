using System.Text;
using Strata.Core.Diagnostics;
using Strata.Images.Building;
using Strata.Images.Tests.Records;
using Strata.Metadata.Leases;
using Strata.Sandbox;
using Strata.Tenancy;

namespace Strata.Images.Tests.Building;

/// <summary>One builds, others wait for it: what they see, and what they do when it fails, dies or gives up.</summary>
public sealed class BuildTurnTests : IDisposable
{
    private const string Alike = "same limits";

    private static readonly SourceSpan Line = new("strata.yml", 9, 5);
    private static readonly StepPlace Theirs = new("theirs", 1, 2, "run false");
    private static readonly StepPlace Ours = new("ours", 0, 1, "run false");
    private static readonly Scope Main = Scope.Of(RecordsBench.Main);

    private readonly RecordsBench _bench = new(TimeProvider.System);
    private readonly Told _told = new();

    private BuildLogs Logs => new(Path.Combine(_bench.Directory, "builds"), TimeProvider.System);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Who_waited_for_a_build_that_fails_fails_alike_in_its_own_words_and_builds_nothing()
    {
        var (lease, path) = await BuildAsync();
        var waiting = WaitAsync(Alike);
        await UntilAsync(() => _told.Lines.Contains("waiting for it"));
        await FailAsync(lease, path, Alike);

        var failure = (await Should.ThrowAsync<UserErrorException>(waiting)).Diagnostics.ShouldHaveSingleItem();
        (failure.Code, failure.Message, failure.At).ShouldBe(("STR3180", "Step 1 of the image 'ours' failed with exit code 1: run false", Line));
        failure.Help.ShouldNotBeNull().ShouldContain("out of milk");
        failure.Help!.ShouldContain("built by run-1");
        _told.Lines.ShouldContain("| out of milk");
        (await TryAsync()).ShouldBeOfType<LeaseAttempt.Acquired>(); // who comes later tries again
    }

    [Theory]
    [InlineData("other limits")]
    [InlineData(null)]
    public async Task A_failure_under_other_circumstances_is_not_the_failure_of_who_waited(string? circumstances)
    {
        var (lease, path) = await BuildAsync();
        var waiting = WaitAsync(circumstances);
        await UntilAsync(() => _told.Lines.Contains("waiting for it"));
        await FailAsync(lease, path, Alike);

        await using var taken = (await waiting).Lease;
        taken.Token.Number.ShouldBeGreaterThan(lease.Token.Number);
    }

    [Fact]
    public async Task Who_waited_for_a_build_that_was_given_up_builds()
    {
        var (lease, _) = await BuildAsync();
        var waiting = WaitAsync(Alike);
        await UntilAsync(() => _told.Lines.Contains("waiting for it"));
        await lease.DisposeAsync();

        await using var taken = (await waiting).Lease;
        taken.Token.Number.ShouldBeGreaterThan(lease.Token.Number);
    }

    [Fact]
    public async Task That_a_builder_is_silent_is_said_once_and_who_takes_over_is_followed()
    {
        var clock = new ManualClock();
        using var bench = new RecordsBench(clock, _bench.Directory);
        await using var dead = await bench.AcquireAsync(RecordsBench.Key("a"), Main);
        clock.Set(TimeSpan.FromSeconds(6)); // no time passes for its heartbeat: it stands still
        var waiting = WaitAsync(Alike, bench);
        await UntilAsync(() => _told.Lines.Contains("nothing was heard of run-1, job build for 6 seconds; it is taken over after 10"));

        clock.Set(TimeSpan.FromSeconds(4));
        var path = Logs.NewPath(RecordsBench.Key("a"));
        var taken = (await bench.Leases.TryAcquireAsync(Main, RecordsBench.Key("a"), "run-9", path, CancellationToken.None)).ShouldBeOfType<LeaseAttempt.Acquired>().Lease;
        using (var log = new BuildLog(path, static line => line, static _ => { }))
        {
            await log.WriteAsync(Encoding.UTF8.GetBytes("going on\n"), CancellationToken.None);
            await UntilAsync(() => _told.Lines.Contains("going on"), clock);
        }

        _told.Lines.ShouldContain("is being built by run-9; waiting for it");
        _told.Lines.Split("nothing was heard").Length.ShouldBe(2);
        await taken.DisposeAsync();
        Lease? ours = null;
        await UntilAsync(() => waiting.IsCompleted, clock);
        await using (ours = (await waiting).Lease)
        {
            ours.Token.Number.ShouldBeGreaterThan(taken.Token.Number);
        }
    }

    [Fact]
    public void What_old_builds_left_is_removed()
    {
        Logs.RemoveOld(); // nothing was ever built
        var directory = Directory.CreateDirectory(Path.Combine(_bench.Directory, "builds")).FullName;
        var (old, young) = (Path.Combine(directory, "old.log"), Path.Combine(directory, "young.log.failed"));
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);
        Logs.RemoveOld();
        (File.Exists(old), File.Exists(young)).ShouldBe((false, true));
    }

    /// <summary>As another process does: it has printed something.</summary>
    private async Task<(Lease Lease, string Path)> BuildAsync()
    {
        var path = Logs.NewPath(RecordsBench.Key("a"));
        using (var log = new BuildLog(path, static line => line, static _ => { }))
        {
        }

        await File.WriteAllTextAsync(path, "out of milk\n");
        var attempt = await _bench.Leases.TryAcquireAsync(Main, RecordsBench.Key("a"), "run-1", path, CancellationToken.None);
        return (attempt.ShouldBeOfType<LeaseAttempt.Acquired>().Lease, path);
    }

    private static async Task FailAsync(Lease lease, string path, string circumstances)
    {
        BuildLogs.TellFailure(path, BuildFailure.Of(
            Theirs, circumstances, [BuildDiagnostics.StepFailed(Theirs, "failed with exit code 1", ["out of milk"], null, new("theirs.yml", 1, 1))]));
        await lease.DisposeAsync();
    }

    private async Task<LeaseAttempt> TryAsync() => await _bench.Leases.TryAcquireAsync(Main, RecordsBench.Key("a"), "run-3", "/log3", CancellationToken.None);

    private Task<(Lease Lease, string LogPath)> WaitAsync(string? circumstances, RecordsBench? bench = null)
    {
        bench ??= _bench;
        var services = new BuildServices(null!, null!, null!, bench.Records, bench.Leases, Logs, bench.Time);
        var context = new BuildContext
        {
            Identity = RecordsBench.Main,
            Producer = new("run-2", "build", 1),
            OpenHost = static _ => throw new InvalidOperationException(),
            OpenWorkspace = static _ => throw new InvalidOperationException(),
            Observer = _told,
        };
        return Task.Run(async () =>
        {
            using var turn = new BuildTurn(services, context, Ours, Line, () => circumstances);
            return await turn.TakeAsync(Main, RecordsBench.Key("a"), CancellationToken.None);
        });
    }

    private static async Task UntilAsync(Func<bool> isSo, ManualClock? clock = null)
    {
        for (var i = 0; !isSo(); i++)
        {
            i.ShouldBeLessThan(500);
            await Task.Delay(20, CancellationToken.None);
            clock?.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    private sealed class Told : IBuildObserver
    {
        private readonly StringBuilder _lines = new();

        public string Lines
        {
            get
            {
                lock (_lines)
                {
                    return _lines.ToString();
                }
            }
        }

        public void Report(string value)
        {
            lock (_lines)
            {
                _lines.AppendLine(value);
            }
        }

        public void On(BuildEvent e) => Report(e is BuildEvent.Output output ? $"| {output.Line}" : e.ToString());
    }
}
