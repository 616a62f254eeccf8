using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;
using Strata.Storage.Tests.Blobs;

namespace Strata.Storage.Tests.FileSystem;

#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class FileBlobStoreTests : BlobStoreContract
#pragma warning restore CA1001
{
    private readonly TemporaryDirectory _root = new();
    private SignedFileServer _server = null!;

    private string Dir => _root["store"];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        _root.Dispose();
    }

    protected override async Task<IBlobStore> OpenAsync()
    {
        _server = await SignedFileServer.StartAsync();
        var store = Open();
        _server.Serve(store, new SignedFiles(Dir, _server.Url, TimeProvider.System));
        return store;
    }

    [Fact]
    public async Task Nothing_is_made_by_looking()
    {
        (await Store.HeadAsync("a", default)).ShouldBeNull();
        (await ObjectsAsync("")).ShouldBeEmpty();
        (await PendingAsync("")).ShouldBeEmpty();
        await Store.DeleteAsync("a", default);

        Directory.Exists(Dir).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_else_on_the_machine_can_look_into_it()
    {
        await Store.PutAsync("a/b", Some(5), default);

        File.GetUnixFileMode(Dir).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_directory_that_is_something_else_is_left_alone()
    {
        Directory.CreateDirectory(Dir);
        await File.WriteAllTextAsync(Path.Combine(Dir, "thesis.txt"), "mine");

        (await Should.ThrowAsync<BlobStoreException>(() => Store.PutAsync("a", Some(5), default))).Fault.ShouldBe(BlobFault.Refused);

        Directory.GetFileSystemEntries(Dir).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_of_another_version_is_refused()
    {
        Directory.CreateDirectory(Dir);
        await File.WriteAllTextAsync(Path.Combine(Dir, "format"), "strata.blobs/2\n");

        (await Should.ThrowAsync<BlobStoreException>(() => Store.StartUploadAsync("a", default))).Fault.ShouldBe(BlobFault.Refused);
    }

    [Fact]
    public async Task Empty_directories_do_not_stay()
    {
        await Store.PutAsync("org/digest/one", Some(5), default);
        await Store.PutAsync("org/two", Some(5), default);

        await Store.DeleteAsync("org/digest/one", default);
        Directory.Exists(Path.Combine(Dir, "objects/org/digest")).ShouldBeFalse();
        await Store.DeleteAsync("org/two", default);

        Directory.GetFileSystemEntries(Path.Combine(Dir, "objects")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Storing_beside_who_deletes_the_last_of_a_directory_always_works()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), async (i, stop) =>
        {
            (await Store.PutAsync($"org/x/{i}", Some(1), stop)).ShouldBe(PutOutcome.Stored);
            await Store.DeleteAsync($"org/x/{i}", stop);
        });

        (await ObjectsAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_several_at_once_exactly_one_stores_each_time()
    {
        for (var round = 0; round < 300; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Store.PutAsync($"race/{round}", BitConverter.GetBytes(i), default))));

            outcomes.Count(outcome => outcome == PutOutcome.Stored).ShouldBe(1);
            (await ReadAsync($"race/{round}", 0, 4)).ShouldBe(BitConverter.GetBytes(Array.IndexOf(outcomes, PutOutcome.Stored)));
        }

        Directory.GetFileSystemEntries(Path.Combine(Dir, "tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_dead_left_is_removed_after_a_day()
    {
        await Store.PutAsync("a", Some(5), default);
        var old = Path.Combine(Dir, "tmp", "tmp-old");
        var young = Path.Combine(Dir, "tmp", "tmp-young");
        Directory.CreateDirectory(old);
        await File.WriteAllTextAsync(Path.Combine(old, "part"), "x");
        await File.WriteAllTextAsync(young, "x");
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromDays(2));

        await Open().PutAsync("b", Some(5), default);

        Directory.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
    }

    [Fact]
    public async Task An_upload_goes_on_in_another_process_after_a_crash_within_a_part_or_the_completion()
    {
        var (upload, parts, content) = await UploadedAsync("big");
        var directory = Path.Combine(Dir, "uploads", upload.UploadId);
        await File.WriteAllTextAsync(Path.Combine(directory, "tmp-part"), "half");
        await File.WriteAllTextAsync(Path.Combine(directory, "layout"), "half");
        var other = Open();

        (await other.ListPartsAsync(upload, default)).ShouldBe(parts);
        (await other.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.Completed);
        (await other.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.Completed);

        (await ReadAsync("big", 0, content.Length)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        File.Exists(Path.Combine(Dir, "objects/big~/tmp-part")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_part_that_was_cut_off_is_damage()
    {
        var (upload, parts, content) = await UploadedAsync("big");
        await Store.CompleteAsync(upload, parts, default);
        using (var part = File.OpenWrite(Path.Combine(Dir, "objects/big~/00002")))
        {
            part.SetLength(500);
        }

        (await Should.ThrowAsync<BlobStoreException>(() => ReadAsync("big", 0, content.Length))).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public async Task A_directory_that_was_never_written_to_or_is_empty_is_a_new_store()
    {
        await using var store = new FileBlobStore(_root["empty"], TimeProvider.System);
        (await store.FindPresenceAsync(default)).ShouldBe(StorePresence.New);
        Directory.CreateDirectory(_root["empty"]);
        (await store.FindPresenceAsync(default)).ShouldBe(StorePresence.New);
    }

    [Theory]
    [InlineData("file", "is not a directory")]
    [InlineData("file/below/it", "file is not a directory")]
    public void What_can_never_be_a_directory_is_refused_before_anything_is_stored(string name, string why)
    {
        File.WriteAllText(_root["file"], "");
        var error = Should.Throw<UserErrorException>(() => BlobStores.Open(StorageLocation.Parse($"file://{_root[name]}"), BlobTimes.Default, TimeProvider.System)).Diagnostics.Single();
        error.Code.ShouldBe("STR6106");
        error.Message.ShouldContain(why);
    }

    [Fact]
    public async Task Where_nobody_can_make_directories_it_is_said_at_once()
    {
        await using var store = new FileBlobStore("/proc/no/blobs", TimeProvider.System);
        (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(10), default))).Fault.ShouldBe(BlobFault.Refused);
    }

    [Fact]
    public async Task On_a_file_system_that_is_read_only_it_is_said_at_once()
    {
        var mount = _root["ro"];
        Directory.CreateDirectory(mount);
        Run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", mount);
        try
        {
            Should.Throw<UserErrorException>(() => BlobStores.Open(StorageLocation.Parse($"file://{mount}/store"), BlobTimes.Default, TimeProvider.System))
                .Message.ShouldContain("cannot be written");
            await using var store = BlobStores.Open(StorageLocation.Parse($"file://{mount}"), BlobTimes.Default, TimeProvider.System);
            (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(10), default))).Fault.ShouldBe(BlobFault.Refused);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        // A file where a directory of the store must be is no full disk; a file system of 1 MB is.
        var mount = _root["small"];
        Directory.CreateDirectory(mount);
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount);
        try
        {
            await using var store = new FileBlobStore(Path.Combine(mount, "store"), TimeProvider.System);
            var upload = new UploadTarget("a", await store.StartUploadAsync("a", default));

            (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("b", Some(2_000_000), default))).Fault.ShouldBe(BlobFault.Full);
            (await Should.ThrowAsync<BlobStoreException>(() => store.PutPartAsync(upload, 1, Some(2_000_000), null, default))).Fault.ShouldBe(BlobFault.Full);

            (await store.HeadAsync("b", default)).ShouldBeNull();
            (await store.ListPartsAsync(upload, default)).ShouldBeEmpty();
            (await store.PutAsync("b", Some(500_000), default)).ShouldBe(PutOutcome.Stored);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Theory]
    [InlineData(301, false)]
    [InlineData(299, true)]
    public async Task A_signed_url_runs_out(int afterSeconds, bool works)
    {
        await Store.PutAsync("a", Some(5), default);
        var now = DateTimeOffset.UtcNow;
        await using var store = new FileBlobStore(Dir, new FixedTime(now), _server.Url);
        var url = store.SignRead("a", TimeSpan.FromMinutes(5));

        var later = new SignedFiles(Dir, _server.Url, new FixedTime(now.AddSeconds(afterSeconds)));

        (later.Check("GET", url) is not null).ShouldBe(works);
        later.Check("PUT", url).ShouldBeNull();
        later.Check("GET", new Uri(url.ToString().Replace("/a?", "/b?", StringComparison.Ordinal))).ShouldBeNull();
        later.Check("GET", new Uri(url + "&upload=" + new string('0', 32) + "&part=1")).ShouldBeNull();
        later.Check("GET", new Uri("http://127.0.0.1/other/a?expires=99999999999&signature=" + new string('0', 64))).ShouldBeNull();
    }

    [Fact]
    public void A_store_signs_for_itself_only()
    {
        var mine = new SignedFiles(Dir, _server.Url, TimeProvider.System);
        var other = new FileBlobStore(_root["other"], TimeProvider.System, _server.Url);

        mine.Check("GET", other.SignRead("a", TimeSpan.FromMinutes(5))).ShouldBeNull();
        mine.Check("GET", Store.SignRead("a", TimeSpan.FromMinutes(5))).ShouldNotBeNull();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program);
    }

    private FileBlobStore Open() => new(Dir, TimeProvider.System, _server.Url);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
