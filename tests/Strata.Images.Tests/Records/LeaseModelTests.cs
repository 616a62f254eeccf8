using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Images.Records;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

/// <summary>Builders on several connections, in any order of steps and with any clock, against a model in memory.</summary>
public sealed class LeaseModelTests
{
    private const int Places = 4;

    public enum Does
    {
        Acquire,
        Renew,
        Release,
        Publish,
        Replace,
        Evict,
        PassSeconds,
        PassDays,
        SetBack,
    }

    public sealed record Step(Does Does, int Connection, int Place, int Number);

    [Fact]
    public void Leases_and_records_are_as_in_the_model()
    {
        var steps = (from does in Gen.Elements(Enum.GetValues<Does>().Concat([Does.Acquire, Does.Publish, Does.Publish, Does.Replace]).ToArray())
                     from connection in Gen.Choose(0, 2)
                     from place in Gen.Choose(0, Places - 1)
                     from number in Gen.Choose(0, 15)
                     select new Step(does, connection, place, number)).ArrayOf(40);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 2_000 : 40),
            Prop.ForAll(steps.ToArbitrary(), all => RunAsync(all).GetAwaiter().GetResult()));
    }

    private static async Task RunAsync(Step[] steps)
    {
        var clock = new ManualClock();
        using var first = new RecordsBench(clock);
        using var second = new RecordsBench(clock, first.Directory);
        using var third = new RecordsBench(clock, first.Directory);
        var world = new World([first, second, third], clock);
        foreach (var step in steps)
        {
            await world.DoAsync(step);
            await world.CompareAsync(step);
        }

        await world.EndAsync();
    }

    private sealed class World(RecordsBench[] benches, ManualClock clock)
    {
        private readonly List<Lease> _leases = []; // all there ever were
        private readonly Dictionary<int, (long Token, DateTimeOffset ExpiresAt)> _held = [];
        private readonly Dictionary<int, Digest> _live = [];
        private int _layers;

        public async Task DoAsync(Step step)
        {
            var bench = benches[step.Connection];
            switch (step.Does)
            {
                case Does.Acquire:
                    await AcquireAsync(bench, step.Place);
                    break;
                case Does.PassSeconds:
                    clock.Set(TimeSpan.FromSeconds(step.Number));
                    break;
                case Does.PassDays:
                    clock.Set(TimeSpan.FromHours(step.Number * 4));
                    break;
                case Does.SetBack:
                    clock.Set(-TimeSpan.FromSeconds(step.Number * 4));
                    break;
                case Does.Evict:
                    (await bench.EvictAsync(KeyOf(step.Place), ScopeOf(step.Place))).ShouldBe(_live.Remove(step.Place));
                    break;
                default:
                    if (_leases.Count > 0)
                    {
                        await UseAsync(step.Does, bench, _leases[^((step.Number % _leases.Count) + 1)]);
                    }

                    break;
            }
        }

        public async Task CompareAsync(Step step)
        {
            foreach (var bench in benches)
            {
                var live = await bench.Records.ListAsync(CancellationToken.None);
                live.ToDictionary(record => (record.Key, record.Scope), record => record.Layer)
                    .ShouldBe(_live.ToDictionary(pair => (KeyOf(pair.Key), ScopeOf(pair.Key)), pair => pair.Value), ignoreOrder: true, $"after {step}");
            }
        }

        public async Task EndAsync()
        {
            foreach (var lease in _leases)
            {
                await lease.DisposeAsync();
            }
        }

        private async Task AcquireAsync(RecordsBench bench, int place)
        {
            var now = clock.GetUtcNow();
            var attempt = await bench.Leases.TryAcquireAsync(ScopeOf(place), KeyOf(place), "owner", "/log", CancellationToken.None);
            if (_held.TryGetValue(place, out var held) && held.ExpiresAt > now && held.ExpiresAt <= now.AddSeconds(20))
            {
                attempt.ShouldBeOfType<LeaseAttempt.Held>();
                return;
            }

            var lease = attempt.ShouldBeOfType<LeaseAttempt.Acquired>().Lease;
            _leases.ForEach(other => other.Token.Number.ShouldBeLessThan(lease.Token.Number));
            _leases.Add(lease);
            foreach (var (abandoned, _) in _held.Where(pair => pair.Value.ExpiresAt < now.AddDays(-1)).ToList())
            {
                _held.Remove(abandoned);
            }

            _held[place] = (lease.Token.Number, now.AddSeconds(10));
        }

        private async Task UseAsync(Does does, RecordsBench bench, Lease lease)
        {
            var place = Enumerable.Range(0, Places).Single(place => BuildLeases.NameOf(ScopeOf(place), KeyOf(place)) == lease.Token.Name);
            var isHeld = _held.TryGetValue(place, out var held) && held.Token == lease.Token.Number;
            switch (does)
            {
                case Does.Renew:
                    var expiresAt = clock.GetUtcNow().AddSeconds(10);
                    (await bench.Database.WriteAsync(sql => sql.Execute("UPDATE lease SET expires_at = $2 WHERE token = $1", lease.Token.Number, expiresAt) > 0, CancellationToken.None)).ShouldBe(isHeld);
                    if (isHeld)
                    {
                        _held[place] = (lease.Token.Number, expiresAt);
                    }

                    break;
                case Does.Release:
                    await lease.DisposeAsync();
                    if (isHeld)
                    {
                        _held.Remove(place);
                    }

                    break;
                default:
                    await PublishAsync(bench, lease, place, isHeld, does is Does.Replace);
                    break;
            }
        }

        private async Task PublishAsync(RecordsBench bench, Lease lease, int place, bool isHeld, bool replaces)
        {
            var record = bench.Record("", RecordsBench.Main, $"layer {_layers++}") with { Key = KeyOf(place), Scope = ScopeOf(place) };
            var outcome = await bench.Records.PublishAsync(record, lease, replaces, CancellationToken.None);
            if (!isHeld)
            {
                outcome.ShouldBeOfType<PublishOutcome.LeaseLost>();
            }
            else if (_live.TryGetValue(place, out var winner) && !replaces)
            {
                outcome.ShouldBeOfType<PublishOutcome.LostRace>().Winner.Layer.ShouldBe(winner);
            }
            else
            {
                outcome.ShouldBeOfType<PublishOutcome.Published>();
                _live[place] = record.Layer;
            }
        }

        private static Digest KeyOf(int place) => RecordsBench.Key($"{place % 2}");

        private static Scope ScopeOf(int place) => Scope.Of(place < 2 ? RecordsBench.Main : RecordsBench.Fork);
    }
}
