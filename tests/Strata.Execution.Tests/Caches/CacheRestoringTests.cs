using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Tests.Fakes;
using Strata.Layers.Store;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Execution.Tests.Caches;

public sealed class CacheRestoringTests
{
    [Fact]
    public async Task Damage_that_cannot_even_be_recorded_is_a_miss()
    {
        using var run = new RunFixture();
        var junk = "no image of a tree"u8.ToArray();
        await using var bench = await SessionBench.CreateAsync(run, services =>
        {
            Write(services.Layers.Place, junk);
            return services with { Caches = new OneEntry(Digest.Of(junk)) };
        });

        (await bench.Session.RestoreAsync([SessionBench.Spec("c") with { Paths = ["~/x"] }], CancellationToken.None)).ShouldBeNull();

        var cache = bench.Session.Reports.ShouldHaveSingleItem();
        (cache.Outcome, cache.RestoredBytes).ShouldBe(("error", 0));
        cache.Reason!.ShouldStartWith("an entry was found, but ");
    }

    [Fact]
    public async Task Of_two_caches_whose_paths_turn_out_to_be_one_the_second_is_not_used()
    {
        using var run = new RunFixture();
        await using var bench = await SessionBench.CreateAsync(run, static services => services);

        await bench.Session.RestoreAsync([SessionBench.Spec("one") with { Paths = ["~/x"] }, SessionBench.Spec("two") with { Paths = ["y", "/root/./x"] }, SessionBench.Spec("three") with { Paths = ["y"] }], CancellationToken.None);

        bench.Session.Reports.Select(static cache => cache.Outcome).ShouldBe(["miss", "error", "miss"]);
        bench.Session.Reports[1].Reason.ShouldBe("its path /root/x is that of the cache 'one' already");
    }

    private static void Write(ILayerPlace place, byte[] content)
    {
        using var write = place.Start();
        File.WriteAllBytes(write.Target.ImagePath, content);
        write.CommitAsync(Digest.Of(content), content.Length, CancellationToken.None).AsTask().GetAwaiter().GetResult().Lease!.Dispose();
    }

    /// <summary>A database that can be read and no more: it finds one entry, whatever is asked.</summary>
    private sealed class OneEntry(Digest layer) : ICacheEntries
    {
        public ValueTask<CacheLookup> FindAsync(CacheQuery query, CancellationToken cancellationToken) => new(new CacheLookup(
            LookupOutcome.Hit,
            new()
            {
                Id = 1, Kind = EntryKind.Dependency, Scope = Scope.Of(query.Reader), Name = query.Name, Type = query.Type, Identity = query.Identity, Key = query.Key,
                Content = new([new("/root/x", new([layer], layer, 10, 1))]), Producer = new("run-0", "a", 1), Shareable = true, CreatedAt = DateTimeOffset.UnixEpoch,
                LastUsedAt = DateTimeOffset.UnixEpoch, Ttl = null, MaxAge = null, SizeBytes = 10, Spent = TimeSpan.Zero, Manifest = "{}", Effects = null, State = EntryState.Live,
            },
            query.Key, OutcomeClass.Hit, "", null, []));

        public ValueTask<bool> RetireAsync(long id, EntryState state, string reason, CancellationToken cancellationToken) =>
            throw new EnvironmentException(new Diagnostic("STR6003", Severity.Error, "The disk is full.", null, ""));

        public ValueTask<CacheBegin> BeginAsync(CacheDraft draft, LeaseToken lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<CacheCommitOutcome> CommitAsync(CacheCommit commit, LeaseToken lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<RefutationReport?> RefuteAsync(long id, Producer prover, string differences, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask CountImagesAsync(RunIdentity identity, IReadOnlyList<ImageCount> images, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RecordAsync(JobCaches job, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
