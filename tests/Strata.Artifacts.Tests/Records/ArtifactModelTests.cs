using FsCheck;
using FsCheck.Fluent;
using Strata.Artifacts.Records;
using Strata.Images.Tests.Records;
using Strata.Layers.Trees;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Artifacts.Tests.Records;

/// <summary>Attempts racing on several connections, losing leases and going on, sweeps and users between, against a model in memory.</summary>
public sealed class ArtifactModelTests
{
    private const long QuotaBytes = 5_000;

    public enum Does
    {
        NewAttempt,
        LoseLease,
        Begin,
        Upload,
        Verify,
        Commit,
        Fail,
        Pin,
        Unpin,
        Delete,
        Sweep,
        PassDays,
    }

    /// <param name="Who">Which attempt or artifact, of those there are.</param>
    public sealed record Step(Does Does, int Connection, int Who, int Number);

    [Fact]
    public void Artifacts_are_as_in_the_model()
    {
        Does[] often = [Does.NewAttempt, Does.Begin, Does.Begin, Does.Upload, Does.Upload, Does.Verify, Does.Verify, Does.Commit, Does.Commit, Does.Commit];
        var steps = (from does in Gen.Elements(Enum.GetValues<Does>().Concat(often).ToArray())
                     from connection in Gen.Choose(0, 2)
                     from who in Gen.Choose(0, 15)
                     from number in Gen.Choose(0, 15)
                     select new Step(does, connection, who, number)).ArrayOf(60);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 1_000 : 25),
            Prop.ForAll(steps.ToArbitrary(), all => RunAsync(all).GetAwaiter().GetResult()));
    }

    private static async Task RunAsync(Step[] steps)
    {
        var clock = new ManualClock();
        var limits = new ArtifactLimits { QuotaBytes = QuotaBytes, Retention = TimeSpan.FromDays(10) };
        await using var first = new ArtifactBench(clock, limits: limits);
        await using var second = new ArtifactBench(clock, first.Path, limits);
        await using var third = new ArtifactBench(clock, first.Path, limits);
        var world = new World([first, second, third], clock);
        foreach (var step in steps)
        {
            await world.DoAsync(step);
            await world.CompareAsync(step);
        }
    }

    private sealed record Attempt(Producer Producer, LeaseToken Token, DateTimeOffset ExpiresAt)
    {
        public bool IsHeld { get; set; } = true;
    }

    private sealed record Made(long Id, Attempt By, string Name, DateTimeOffset Since)
    {
        public ArtifactState State { get; set; } = ArtifactState.Pending;

        public DateTimeOffset Since { get; set; } = Since;

        public List<ArtifactState> History { get; } = [ArtifactState.Pending];

        public StoredTree? Content { get; set; }

        public bool IsPinned { get; set; }

        public DateTimeOffset ExpiresAt { get; set; }

        /// <summary>Nobody has swept, but nobody may take it any more.</summary>
        public bool IsDue(DateTimeOffset now) => State is ArtifactState.Ready && !IsPinned && ExpiresAt <= now;

        public ArtifactState ShownState(DateTimeOffset now) => IsDue(now) ? ArtifactState.Expired : State;

        public DateTimeOffset ShownSince(DateTimeOffset now) => IsDue(now) ? ExpiresAt : Since;

        public bool IsLive => State is ArtifactState.Ready || IsBeingMade;

        public bool IsBeingMade => State is ArtifactState.Pending or ArtifactState.Uploading or ArtifactState.Verifying;

        public void Become(ArtifactState state, DateTimeOffset now)
        {
            History.Add(state);
            (State, Since) = (state, now);
        }
    }

    private sealed class World(ArtifactBench[] benches, ManualClock clock)
    {
        private readonly List<Attempt> _attempts = [];
        private readonly List<Made> _made = [];
        private readonly Dictionary<string, int> _numbers = [];
        private int _contents;

        private DateTimeOffset Now => clock.GetUtcNow();

        public async Task DoAsync(Step step)
        {
            var bench = benches[step.Connection];
            switch (step.Does)
            {
                case Does.NewAttempt:
                    var job = $"job {step.Who % 2}";
                    var number = _numbers[job] = _numbers.GetValueOrDefault(job) + 1;
                    _attempts.FindAll(attempt => attempt.ExpiresAt < Now.AddDays(-1)).ForEach(attempt => attempt.IsHeld = false); // abandoned ones go when others come
                    _attempts.Add(new(new("r1", job, number), (await bench.AttemptAsync("r1", job, number)).Token, Now.AddSeconds(60)));
                    break;
                case Does.PassDays:
                    clock.Set(TimeSpan.FromHours(step.Number * 8));
                    break;
                case Does.Sweep:
                    await SweepAsync(bench);
                    break;
                case Does.LoseLease when _attempts.Count > 0:
                    var dead = _attempts[step.Who % _attempts.Count];
                    dead.IsHeld = false;
                    await bench.Database.WriteAsync(sql => sql.Execute("DELETE FROM lease WHERE token = $1", dead.Token.Number), CancellationToken.None);
                    break;
                case Does.Begin when _attempts.Count > 0:
                    await BeginAsync(bench, _attempts[step.Who % _attempts.Count], $"name {step.Number % 2}");
                    break;
                case Does.Pin or Does.Unpin or Does.Delete when _made.Count > 0:
                    await ChangeAsync(bench, step.Does, _made[step.Who % _made.Count]);
                    break;
                case Does.Upload or Does.Verify or Does.Fail or Does.Commit when _made.Count > 0:
                    var artifact = _made[step.Who % _made.Count];
                    var writer = step.Number == 0 ? _attempts[step.Who % _attempts.Count] : artifact.By; // sometimes another's token
                    await (step.Does is Does.Commit ? CommitAsync(bench, artifact, writer, step.Number) : MoveAsync(bench, artifact, writer, step.Does));
                    break;
                default:
                    break;
            }
        }

        public async Task CompareAsync(Step step)
        {
            foreach (var name in (string[])["name 0", "name 1"])
            {
                var all = _made.Where(made => made.Name == name).ToList();
                var expected = all.Find(made => made.IsLive) ?? all.LastOrDefault();
                all.Count(made => made.IsLive).ShouldBeLessThanOrEqualTo(1);
                var found = await benches[2].FindAsync("r1", name);
                (found?.Id, found?.State, found?.StateSince).ShouldBe((expected?.Id, expected?.ShownState(Now), expected?.ShownSince(Now)), $"after {step}");
                found?.Content?.Tree.ShouldBe(expected!.Content!.Tree);
                (found?.Content is null).ShouldBe(expected?.Content is null);
                if (expected is not null)
                {
                    (await benches[1].HistoryAsync(found!)).Select(happened => happened.State).ShouldBe(expected.History, $"after {step}");
                }
            }

            (await benches[0].Artifacts.UsageAsync("acme", "app", CancellationToken.None)).Bytes.ShouldBe(Used(), $"after {step}");
        }

        private long Used() => _made.Where(made => made.State is ArtifactState.Ready).Sum(made => made.Content!.SizeBytes);

        private async Task BeginAsync(ArtifactBench bench, Attempt by, string name)
        {
            var begin = await bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", by.Producer.Job, by.Producer.Attempt, name), by.Token, CancellationToken.None);
            if (!by.IsHeld)
            {
                begin.ShouldBeOfType<ArtifactBegin.LeaseLost>();
                return;
            }

            var other = _made.Find(made => made.Name == name && made.IsLive);
            if (other is { IsBeingMade: true } && other.By == by)
            {
                begin.ShouldBeOfType<ArtifactBegin.Begun>().Id.ShouldBe(other.Id);
                return;
            }

            var isReplaced = other is { IsBeingMade: true } && (!other.By.IsHeld || (other.By.Producer.Job == by.Producer.Job && other.By.Producer.Attempt < by.Producer.Attempt));
            if (other is not null && !isReplaced)
            {
                begin.ShouldBeOfType<ArtifactBegin.Taken>().By.Id.ShouldBe(other.Id);
                return;
            }

            other?.Become(ArtifactState.Failed, Now);
            _made.Add(new(begin.ShouldBeOfType<ArtifactBegin.Begun>().Id, by, name, Now));
        }

        private async Task MoveAsync(ArtifactBench bench, Made artifact, Attempt by, Does does)
        {
            var to = does switch { Does.Upload => ArtifactState.Uploading, Does.Verify => ArtifactState.Verifying, _ => ArtifactState.Failed };
            var move = await bench.Artifacts.MoveAsync(artifact.Id, to, "x", null, by.Token, CancellationToken.None);
            if (!by.IsHeld || by != artifact.By)
            {
                move.ShouldBeOfType<ArtifactMove.LeaseLost>();
            }
            else if (artifact.State == to)
            {
                move.ShouldBeOfType<ArtifactMove.Moved>();
            }
            else if (to is ArtifactState.Failed ? artifact.IsBeingMade : artifact.State == to - 1)
            {
                move.ShouldBeOfType<ArtifactMove.Moved>();
                artifact.Become(to, Now);
            }
            else
            {
                move.ShouldBeOfType<ArtifactMove.Refused>().Artifact.State.ShouldBe(artifact.State);
            }
        }

        private async Task CommitAsync(ArtifactBench bench, Made artifact, Attempt by, int number)
        {
            var content = ArtifactBench.Tree($"content {_contents++}", 100 + (number * 100));
            var move = await bench.Artifacts.CommitAsync(artifact.Id, content, by.Token, CancellationToken.None);
            if (!by.IsHeld || by != artifact.By)
            {
                move.ShouldBeOfType<ArtifactMove.LeaseLost>();
            }
            else if (artifact.State is not ArtifactState.Verifying)
            {
                move.ShouldBeOfType<ArtifactMove.Refused>();
            }
            else
            {
                if (Used() + content.SizeBytes > QuotaBytes)
                {
                    Expire();
                }

                if (Used() + content.SizeBytes > QuotaBytes)
                {
                    move.ShouldBeOfType<ArtifactMove.OverQuota>().UsedBytes.ShouldBe(Used());
                    artifact.Become(ArtifactState.Failed, Now);
                    return;
                }

                move.ShouldBeOfType<ArtifactMove.Moved>();
                artifact.Become(ArtifactState.Ready, Now);
                (artifact.Content, artifact.ExpiresAt) = (content, Now.AddDays(10));
            }
        }

        private async Task ChangeAsync(ArtifactBench bench, Does does, Made artifact)
        {
            var change = does switch
            {
                Does.Pin => await bench.Artifacts.PinAsync(artifact.Id, ArtifactBench.Main, "ann", CancellationToken.None),
                Does.Unpin => await bench.Artifacts.UnpinAsync(artifact.Id, ArtifactBench.Main, CancellationToken.None),
                _ => await bench.Artifacts.DeleteAsync(artifact.Id, ArtifactBench.Main, "ann", null, CancellationToken.None),
            };
            switch (does)
            {
                case Does.Delete when !artifact.IsBeingMade && artifact.ShownState(Now) is not ArtifactState.Expired && Exists(artifact):
                    change.ShouldBeOfType<ArtifactChange.Done>();
                    if (artifact.State is not ArtifactState.Deleted)
                    {
                        artifact.Become(ArtifactState.Deleted, Now);
                    }

                    break;
                case Does.Pin or Does.Unpin when artifact.ShownState(Now) is ArtifactState.Ready:
                    change.ShouldBeOfType<ArtifactChange.Done>().Artifact.Pin.ShouldSatisfyAllConditions(pin => (pin is not null).ShouldBe(does is Does.Pin));
                    artifact.ExpiresAt = does is Does.Unpin && artifact.IsPinned ? Now.AddDays(10) : artifact.ExpiresAt;
                    artifact.IsPinned = does is Does.Pin;
                    break;
                default:
                    change.ShouldNotBeOfType<ArtifactChange.Done>();
                    break;
            }
        }

        private async Task SweepAsync(ArtifactBench bench)
        {
            var sweep = await bench.Artifacts.SweepAsync(CancellationToken.None);
            var abandoned = _made.Where(made => made.IsBeingMade && !made.By.IsHeld).ToList();
            sweep.Abandoned.Select(artifact => artifact.Id).ShouldBe(abandoned.Select(made => made.Id), ignoreOrder: true);
            abandoned.ForEach(made => made.Become(ArtifactState.Failed, Now));
            sweep.Expired.Select(artifact => artifact.Id).ShouldBe(Expire(), ignoreOrder: true);
            sweep.Forgotten.ShouldBe(_made.RemoveAll(made => !made.IsLive && made.Since < Now.AddDays(-30)));
        }

        private List<long> Expire()
        {
            var due = _made.FindAll(made => made.IsDue(Now));
            due.ForEach(made => made.Become(ArtifactState.Expired, Now));
            return due.ConvertAll(made => made.Id);
        }

        private bool Exists(Made artifact) => _made.Contains(artifact);
    }
}
