using System.Text;
using Strata.Caching.Entries;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

/// <summary>A database of its own, gone with this; several of these on one directory are as several processes.</summary>
internal sealed class CacheBench : IDisposable
{
    private readonly bool _ownsDirectory;
    private readonly Leases _leases;
    private int _runs;

    public CacheBench(TimeProvider time, string? directory = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("strata-caches-").FullName;
        (Time, Database) = (time, new(Directory, time));
        _leases = new(Database, time, LeaseTimes.Long);
        Entries = new(Database, time, Stored, TimeSpan.FromDays(7));
        Catalog = new(Database, time);
    }

    public static RunIdentity Main { get; } = On("refs/heads/main", Trust.Protected);

    public static RunIdentity Feature { get; } = On("refs/heads/feature", Trust.Internal);

    public static RunIdentity Fork { get; } = On("refs/pull/7/merge", Trust.Fork) with { BaseRef = "refs/heads/main" };

    public string Directory { get; }

    public TimeProvider Time { get; }

    public Database Database { get; }

    public AttemptLayers Stored { get; } = new();

    public CacheEntries Entries { get; }

    public CacheCatalog Catalog { get; }

    public static RunIdentity On(string reference, Trust trust) =>
        new() { Organization = "acme", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main" };

    public static Digest DigestOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    public static CacheQuery Query(RunIdentity reader, string key, params string[] restoreKeys) => new()
    {
        Reader = reader, Kind = EntryKind.Dependency, Name = "npm", Type = "npm", Identity = DigestOf("identity"), Key = key, RestoreKeys = restoreKeys,
        Manifest = $$"""{"key":"{{key}}"}""", RunId = "asker", Job = "test",
    };

    public static CacheContent Content(params string[] layers) =>
        new([new("/root/.npm", new([.. layers.Select(DigestOf)], DigestOf($"tree {layers[^1]}"), 1_000, 10))]);

    public CacheCommit Commit(RunIdentity writer, string key, params string[] layers)
    {
        var content = Content(layers.Length == 0 ? [$"layer {key}"] : layers);
        var query = Query(writer, key);
        return new()
        {
            Draft = new()
            {
                Writer = writer, Kind = query.Kind, Name = query.Name, Type = query.Type, Identity = query.Identity, Key = key,
                Producer = new($"run-{Interlocked.Increment(ref _runs)}", "build", 1),
            },
            Content = content,
            LayerBytes = content.Layers().ToDictionary(layer => layer, _ => 500L),
            DerivedFrom = [],
            Shareable = true,
            Spent = TimeSpan.FromSeconds(30),
            Manifest = query.Manifest,
        };
    }

    public async Task<Lease> AcquireAsync(Producer producer) =>
        (await _leases.TryAcquireAsync($"attempt/{producer.RunId}/{producer.Job}/{producer.Attempt}", "test", "", CancellationToken.None))
            .ShouldBeOfType<LeaseAttempt.Acquired>().Lease;

    /// <summary>As an attempt does it that has packed all layers itself.</summary>
    public async Task<CacheCommitOutcome> CommitAsync(CacheCommit commit)
    {
        await using var lease = await AcquireAsync(commit.Draft.Producer);
        return await CommitAsync(commit, lease);
    }

    public async Task<CacheCommitOutcome> CommitAsync(CacheCommit commit, Lease lease)
    {
        foreach (var layer in commit.Content.Layers())
        {
            Stored.Add(lease.Token, commit.Draft.Writer.Organization, layer);
        }

        return await Entries.CommitAsync(commit, lease.Token, CancellationToken.None);
    }

    public async Task<CacheEntry> SaveAsync(CacheCommit commit) => (await CommitAsync(commit)).ShouldBeOfType<CacheCommitOutcome.Committed>().Entry;

    public async Task<CacheEntry> SaveAsync(RunIdentity writer, string key, params string[] layers) => await SaveAsync(Commit(writer, key, layers));

    public async Task<CacheLookup> FindAsync(CacheQuery query) => await Entries.FindAsync(query, CancellationToken.None);

    public async Task<CacheLookup> FindAsync(RunIdentity reader, string key, params string[] restoreKeys) => await FindAsync(Query(reader, key, restoreKeys));

    public async Task RecordAsync(CacheQuery query, CacheLookup lookup, string run = "asker") => await Entries.RecordAsync(
        new() { Identity = query.Reader, Producer = new(run, query.Job, 1), Uses = [new() { Query = query with { RunId = run }, Lookup = lookup }] }, CancellationToken.None);

    public string One(string sql) => Database.Read(session =>
    {
        using var rows = session.Query(sql);
        return rows.Read() ? rows.Text(0) : "";
    });

    public void Dispose()
    {
        Database.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
