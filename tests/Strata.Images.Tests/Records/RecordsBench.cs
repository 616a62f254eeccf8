using Strata.Core;
using Strata.Core.Identity;
using Strata.Images.Records;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

/// <summary>A database of its own, gone with this; several of these on one directory are as several processes.</summary>
internal sealed class RecordsBench : IDisposable
{
    private readonly bool _ownsDirectory;

    public RecordsBench(TimeProvider time, string? directory = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("strata-records-").FullName;
        Database = new(Directory, time);
        (Time, Records, Leases) = (time, new ImageLayerRecords(Database, time), new BuildLeases(Database, time));
    }

    public string Directory { get; }

    public TimeProvider Time { get; }

    public Database Database { get; }

    public ImageLayerRecords Records { get; }

    public BuildLeases Leases { get; }

    public static RunIdentity Main { get; } = On("refs/heads/main", Trust.Protected);

    public static RunIdentity Feature { get; } = On("refs/heads/feature", Trust.Internal);

    public static RunIdentity Fork { get; } = On("refs/pull/7/merge", Trust.Fork) with { BaseRef = "refs/heads/main" };

    public static RunIdentity On(string reference, Trust trust) =>
        new() { Organization = "acme", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main" };

    public static Digest Key(string name) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(name));

    public ImageLayerRecord Record(string key, RunIdentity writer, string layer = "layer") => new()
    {
        Key = Key(key),
        Scope = Scope.Of(writer),
        Layer = Key(layer),
        SizeBytes = 4096,
        UsesNetwork = true,
        Shareable = true,
        Producer = new("run-1", "build", 2),
        CreatedAt = Time.GetUtcNow(),
        LastUsedAt = Time.GetUtcNow(),
        BuildDuration = TimeSpan.FromMilliseconds(1234),
        Manifest = """{"command":"apt-get install gcc","format":1}""",
        Definition = "toolchain",
        Step = 3,
    };

    public async Task<Lease> AcquireAsync(Digest key, Scope scope) =>
        (await Leases.TryAcquireAsync(scope, key, "run-1, job build", "/log", CancellationToken.None)).ShouldBeOfType<LeaseAttempt.Acquired>().Lease;

    /// <summary>As a builder does it.</summary>
    public async Task<PublishOutcome> BuildAsync(ImageLayerRecord record, bool replaces = false)
    {
        await using var lease = await AcquireAsync(record.Key, record.Scope);
        return await Records.PublishAsync(record, lease, replaces, CancellationToken.None);
    }

    /// <returns>False: it was not live.</returns>
    public async Task<bool> EvictAsync(Digest key, Scope scope) =>
        (await Records.EvictAsync([new(key, scope, "unused")], CancellationToken.None)).ShouldHaveSingleItem();

    public async Task<ImageLayerRecord?> FindAsync(string key, RunIdentity reader) => await Records.FindAsync(Key(key), reader, CancellationToken.None);

    public void Dispose()
    {
        Database.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
