using System.Net;
using System.Net.Sockets;
using Strata.Cli.CommandLine;
using Strata.Cli.Doctor;
using Strata.Cli.Storage;
using Strata.Cli.Upkeep;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Sandbox.Diagnosis;
using Strata.Storage;
using Strata.Storage.Archives;

namespace Strata.Cli.Tests;

public sealed class StorageCommandTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-cli-");

    public void Dispose() => _root.Delete(recursive: true);

    private string Data => Path.Combine(_root.FullName, "data");

    private string Url => $"file://{_root.FullName}/store";

    [Fact]
    public async Task Without_a_storage_it_is_said_how_to_name_one()
    {
        var error = await Should.ThrowAsync<UserErrorException>(() => InvokeAsync("storage", "gc", "--data", Data));
        error.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR6201");
    }

    [Fact]
    public async Task What_is_damaged_is_found_and_told_by_the_exit_code()
    {
        await StoreAsync();
        (await InvokeAsync("storage", "verify", "--data", Data, "--storage", Url)).ShouldBe(0);
        var stored = Directory.GetFiles(Path.Combine(_root.FullName, "store"), "*", SearchOption.AllDirectories).MaxBy(path => new FileInfo(path).Length)!;
        File.SetUnixFileMode(stored, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = File.OpenHandle(stored, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, [1, 2, 3, 4], 5000);
        }

        (await InvokeAsync("storage", "verify", "--data", Data, "--storage", Url, "--quick")).ShouldBe(0);
        (await InvokeAsync("storage", "verify", "--data", Data, "--storage", Url, "--json")).ShouldBe(1);
    }

    [Fact]
    public async Task Collecting_removes_what_no_record_names_and_is_old_enough()
    {
        await StoreAsync();
        (await InvokeAsync("storage", "gc", "--data", Data, "--storage", Url)).ShouldBe(0);
        (await FindAsync()).ShouldNotBeNull();
        await MakeOldAsync();

        (await InvokeAsync("storage", "gc", "--data", Data, "--storage", Url, "--json")).ShouldBe(0);
        (await FindAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("gc")]
    public async Task A_directory_that_is_not_mounted_is_said_and_nothing_in_it_is_taken_for_lost(string command)
    {
        await StoreAsync();
        var (here, away) = (Path.Combine(_root.FullName, "store"), Path.Combine(_root.FullName, "away"));
        Directory.Move(here, away);
        Directory.CreateDirectory(here); // the mount point

        var error = await Should.ThrowAsync<EnvironmentException>(() => InvokeAsync("storage", command, "--data", Data, "--storage", Url));
        var diagnosis = await StorageDiagnosis.RunAsync(Data, StorageLocation.Parse(Url), setLifecycle: false, CancellationToken.None);

        error.Diagnostic.Code.ShouldBe("STR6204");
        error.Message.ShouldContain("1 blob is recorded in it");
        diagnosis.ShouldHaveSingleItem().Status.ShouldBe(FindingStatus.Missing);
        Directory.Delete(here);
        Directory.Move(away, here);
        (await FindAsync()).ShouldBe(new BlobPresence(20_000, IsDoubted: false));
        (await InvokeAsync("storage", "verify", "--data", Data, "--storage", Url)).ShouldBe(0);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("gc")]
    [InlineData("stats")]
    public async Task A_store_that_was_never_used_is_asked_whether_it_is_there(string command)
    {
        using var server = new ScriptedS3(static _ => (403, "<Error><Code>InvalidAccessKeyId</Code></Error>"));

        (await Should.ThrowAsync<EnvironmentException>(() => InvokeAsync("storage", command, "--data", Data, "--storage", server.Url))).Message.ShouldContain("InvalidAccessKeyId");
        (await InvokeAsync("storage", command, "--data", Data, "--storage", Url)).ShouldBe(0); // a directory is made when it is first written to
    }

    [Theory]
    [InlineData(false, FindingStatus.Warning, "s3:GetLifecycleConfiguration")]
    [InlineData(true, FindingStatus.Missing, "s3:PutLifecycleConfiguration")]
    public async Task Where_rules_of_the_bucket_may_not_be_seen_the_storage_is_good(bool sets, FindingStatus status, string permission)
    {
        using var server = new ScriptedS3(static target => target.Contains("lifecycle", StringComparison.Ordinal)
            ? (403, "<Error><Code>AccessDenied</Code></Error>") : (200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"));

        var findings = await StorageDiagnosis.RunAsync(Data, StorageLocation.Parse(server.Url), sets, CancellationToken.None);

        findings.Select(static f => (f.Name, f.Status)).ShouldBe([("storage", FindingStatus.Ok), ("bucket lifecycle", status)]);
        findings[1].Remedy!.ShouldContain(permission);
    }

    [Fact]
    public async Task A_run_ends_uploads_of_dead_workers_once_an_hour_and_collects_no_blob()
    {
        await StoreAsync();
        await MakeOldAsync();
        for (var round = 0; round < 2; round++)
        {
            await AbandonUploadAsync(round);
            await SweepAsync();
            CountUploads().ShouldBe(round);
        }

        File.SetLastWriteTimeUtc(Path.Combine(Data, "last-storage-sweep"), DateTime.UtcNow.AddMinutes(-61));
        await SweepAsync();
        CountUploads().ShouldBe(0);
        (await FindAsync()).ShouldBe(new BlobPresence(20_000, IsDoubted: false));

        async Task SweepAsync()
        {
            await using var storage = HostStorage.Open(Data, StorageLocation.Parse(Url), null);
            await StorageUpkeep.RunIfDueAsync(storage.Archives, Data);
        }
    }

    [Fact]
    public async Task A_store_that_is_silent_is_given_up_by_what_looks_after_it_and_not_asked_by_the_next_run()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "scripted");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "scripted");
        var location = StorageLocation.Parse($"s3://bucket?endpoint=http://{silent.LocalEndpoint}");
        using (var database = new Database(Data, TimeProvider.System))
        {
            await database.WriteAsync(
                sql => sql.Execute("INSERT INTO blob_store (id, location, created_at) VALUES ('s', $1, 0)", BlobArchives.PlaceOf(location)), CancellationToken.None);
        }

        await using var storage = HostStorage.Open(Data, location, null);
        await Should.ThrowAsync<OperationCanceledException>(async () => await StorageUpkeep.RunIfDueAsync(storage.Archives, Data));
        await StorageUpkeep.RunIfDueAsync(storage.Archives, Data);
    }

    private static Task<int> InvokeAsync(params string[] arguments) => StrataCommand.Create(arguments).Parse(arguments).InvokeAsync(StrataCommand.Invocation);

    private async Task MakeOldAsync()
    {
        using var database = new Database(Data, TimeProvider.System);
        await database.WriteAsync(sql => sql.Execute("UPDATE blob SET created_at = 0"), CancellationToken.None);
    }

    private async Task AbandonUploadAsync(int number)
    {
        using var database = new Database(Data, TimeProvider.System);
        await database.WriteAsync(
            sql => sql.Execute(
                """
                INSERT INTO blob_upload (id, store, org, owner, digest, state, object_key, wrapped_key, length_bytes, piece_bytes, index_length, lease, token, started_at, beat_at)
                SELECT $1, store, org, owner, digest, 'open', $1, wrapped_key, 1, 1, 0, 'gone', 0, 0, 0 FROM blob
                """, $"upload-{number}"),
            CancellationToken.None);
    }

    private long CountUploads()
    {
        using var database = new Database(Data, TimeProvider.System);
        return database.Read(static sql =>
        {
            using var rows = sql.Query("SELECT count(*) FROM blob_upload");
            return rows.Read() ? rows.Integer(0) : -1;
        });
    }

    private async Task StoreAsync()
    {
        var content = new byte[20_000];
        new Random(1).NextBytes(content);
        using var database = new Database(Data, TimeProvider.System);
        var attempt = (LeaseAttempt.Acquired)await new Leases(database, TimeProvider.System, LeaseTimes.Long).TryAcquireAsync("attempt/r/j/1", "", "", CancellationToken.None);
        await using var lease = attempt.Lease;
        await using var storage = HostStorage.Open(Data, StorageLocation.Parse(Url), null);
        await storage.Archives.Of("local").StoreAsync(
            new(Digest.Of("blob"u8), content.Length, 0, (offset, into, _) =>
            {
                content.AsMemory((int)offset, into.Length).CopyTo(into);
                return ValueTask.CompletedTask;
            }),
            new(lease.Token, "repo/r/j/artifact/dist", new HashSet<Digest>()), CancellationToken.None);
    }

    private async Task<BlobPresence?> FindAsync()
    {
        await using var storage = HostStorage.Open(Data, StorageLocation.Parse(Url), null);
        return await storage.Archives.Of("local").FindAsync(Digest.Of("blob"u8), CancellationToken.None);
    }
}
