using Strata.Core;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Trees;

namespace Strata.Layers.Tests.Store;

/// <summary>What concurrent, killed and unlucky processes leave.</summary>
[Collection(RunsAlone.Name)]
public sealed class StoreCrashTests : IDisposable
{
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_killed_process_leaves_every_visible_layer_whole_and_nothing_locked()
    {
        var random = new Random(7);
        for (var round = 0; round < (IsSoak ? 200 : 10); round++)
        {
            using var child = TestChild.Start("use-store", _directory.Path, $"{round}");
            (await child.StandardOutput.ReadLineAsync()).ShouldBe("ready");
            await Task.Delay(random.Next(5, 120));
            child.Kill();
            await child.WaitForExitAsync();
            await ShouldBeSoundAsync();
        }
    }

    [Fact]
    public async Task Eight_processes_add_use_and_remove_the_same_layers()
    {
        var rounds = IsSoak ? 2_000 : 100;
        var children = Enumerable.Range(0, 8).Select(seed => TestChild.Start("race", _directory.Path, $"{seed}", $"{rounds}")).ToList();
        foreach (var child in children)
        {
            await TestChild.FinishAsync(child);
        }

        await ShouldBeSoundAsync();
        Directory.GetDirectories(_directory.Combine("layers/_public"), "damaged-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_leaves_the_store_as_it_was()
    {
        var mounted = _directory.Combine("small");
        Directory.CreateDirectory(mounted);
        var child = TestChild.StartMounted($"mount -t tmpfs -o size=4m tmpfs {mounted}", "fill-disk", mounted);
        ShouldHaveRefused(await TestChild.FinishAsync(child), "No space left");
        Directory.EnumerateFileSystemEntries(mounted).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_disk_that_loses_what_it_accepted_leaves_the_store_as_it_was()
    {
        // A file system of 128 MB whose disk is a sparse file on 8 MB: the writes are accepted, and lost when they are to be made durable.
        var below = _directory.Combine("below");
        var mounted = _directory.Combine("failing");
        Directory.CreateDirectory(below);
        Directory.CreateDirectory(mounted);
        var child = TestChild.StartMounted(
            $"""
            mount -t tmpfs -o size=8m tmpfs {below}
            truncate -s 128m {below}/disk
            /sbin/mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1 {below}/disk
            mount -o loop,discard {below}/disk {mounted}
            """,
            "fill-disk",
            mounted);
        ShouldHaveRefused(await TestChild.FinishAsync(child), "sync layer");
    }

    [Fact]
    public async Task A_layer_that_the_disk_cannot_read_is_a_miss_and_put_aside()
    {
        var (below, mounted) = (_directory.Combine("below"), _directory.Combine("failing"));
        Directory.CreateDirectory(below);
        Directory.CreateDirectory(mounted);
        var child = TestChild.StartMounted(
            $"""
            mount -t tmpfs -o size=64m tmpfs {below}
            truncate -s 32m {below}/disk
            /sbin/mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1 {below}/disk
            mount -o loop {below}/disk {mounted}
            """,
            "lose-bytes",
            mounted,
            $"{below}/disk");

        var lines = (await TestChild.FinishAsync(child)).Split('\n');

        lines[0].ShouldBe("opening: Unreadable");
        lines[1].ShouldBe("again: Absent");
        lines[2].ShouldBe("damaged-");
    }

    [Fact]
    public async Task On_a_full_disk_a_layer_is_opened_though_its_lost_index_cannot_be_made()
    {
        Shell.Run(_directory.Path, "mkdir data; mount -t tmpfs -o size=1m none data");
        try
        {
            var place = StoreChild.StoreIn(_directory.Combine("data")).Public;
            using var write = place.Start();
            var archive = new MemoryStream(new TarBuilder().File("f", "content").Finished());
            var layer = await LayerPacker.FromTarAsync(archive, write.Target, TarPackOptions.Default, CancellationToken.None);
            (await write.CommitAsync(layer, CancellationToken.None)).Dispose();
            Shell.Run(_directory.Combine("data"), $"rm layers/_public/{layer.Digest.Hex}/index; head -c 2m /dev/zero > filler 2> /dev/null || true");

            using (var lease = (await place.OpenAsync(layer.Digest, CancellationToken.None)).Lease.ShouldNotBeNull())
            {
                lease.IndexPath.ShouldBeNull();
            }

            File.Delete(_directory.Combine("data/filler"));
            using var again = (await place.OpenAsync(layer.Digest, CancellationToken.None)).Lease.ShouldNotBeNull();
            LayerIndex.Open(again.IndexPath.ShouldNotBeNull()).TreeDigest.ShouldBe(layer.TreeDigest);
            Directory.GetDirectories(_directory.Combine("data/layers/_public")).ShouldHaveSingleItem();
        }
        finally
        {
            Shell.Run(_directory.Path, "umount data");
        }
    }

    private static void ShouldHaveRefused(string output, string reason)
    {
        var lines = output.Split('\n');
        lines[0].ShouldContain(reason, Case.Insensitive);
        lines[1].ShouldBe(Digest.Of(StoreChild.Content(1)).Hex[..8]);
        lines[2].ShouldBe("small layer: True");
        lines[3].ShouldBe("next: Stored");
        lines[4].ShouldBe("removal: Removed");
    }

    private async Task ShouldBeSoundAsync()
    {
        var store = StoreChild.StoreIn(_directory.Path);
        store.RemoveLeftovers();
        var known = Enumerable.Range(0, StoreChild.LayerCount).Select(StoreChild.Content).ToDictionary(c => Digest.Of(c));
        var place = _directory.Combine("layers/_public");
        foreach (var path in Directory.Exists(place) ? Directory.GetFileSystemEntries(place) : [])
        {
            var digest = Digest.Parse($"sha256:{Path.GetFileName(path)}", null);
            var content = known[digest];
            (await File.ReadAllBytesAsync(Path.Combine(path, "image.erofs"))).ShouldBe(content);
            Directory.GetFiles(path).Length.ShouldBe(3);
            (await store.Public.RemoveAsync(digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
            (await StoreChild.AddAsync(store.Public, content)).Dispose();
        }
    }
}
