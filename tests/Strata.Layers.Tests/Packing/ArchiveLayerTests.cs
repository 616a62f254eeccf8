using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Trees;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Packing;

public sealed class ArchiveLayerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ArchiveStore _store;

    public ArchiveLayerTests() => _store = new(_directory);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_archive_is_a_layer_that_is_mounted_and_extracted_as_it_was()
    {
        var layer = await _store.ImportAsync(new TarBuilder().Directory("d").File("d/f", "content", mode: 0x9ed).Link("l", "/outside/is/fine").Finished());
        const string show = "stat -c '%n %a %Y' d/f; cat d/f; readlink l";
        Shell.Run(await _store.ExtractAsync(layer), show).ShouldBe("d/f 4755 1000000000\ncontent/outside/is/fine\n");
        using var mount = _store.Mount(layer);
        Shell.Run(mount.Path, show).ShouldBe("d/f 4755 1000000000\ncontent/outside/is/fine\n");
        (layer.EntryCount, layer.ContentBytes).ShouldBe((4, 7));
        Directory.GetDirectories(_store.LayersPath).ShouldHaveSingleItem().ShouldEndWith(layer.Digest.Hex);
    }

    [Fact]
    public async Task The_order_and_the_format_of_an_archive_do_not_matter_to_the_tree_digest()
    {
        var one = await _store.ImportAsync(new TarBuilder().Directory(".").Directory("d").File("d/f", "x").File("e", "y").Finished());
        var other = await _store.ImportAsync(new TarBuilder().File("e", "y").File("./d//f", "x").Directory("d/").Directory("./").Finished());
        other.TreeDigest.ShouldBe(one.TreeDigest);
    }

    [Fact]
    public async Task Owners_and_times_change_the_digest_but_not_the_tree_digest()
    {
        var one = await _store.ImportAsync(new TarBuilder().File("f", "x").Finished());
        foreach (var other in new[] { new TarBuilder().File("f", "x", user: 7), new TarBuilder().Pax(("mtime", "5")).File("f", "x") })
        {
            var layer = await _store.ImportAsync(other.Finished());
            layer.Digest.ShouldNotBe(one.Digest);
            layer.TreeDigest.ShouldBe(one.TreeDigest);
        }

        (await _store.ImportAsync(new TarBuilder().File("f", "z").Finished())).TreeDigest.ShouldNotBe(one.TreeDigest);
        (await _store.ImportAsync(new TarBuilder().File("f", "x", mode: 0x1ed).Finished())).TreeDigest.ShouldNotBe(one.TreeDigest);
    }

    [Fact]
    public async Task Hard_links_stay_links_and_count_once()
    {
        var linked = await _store.ImportAsync(new TarBuilder().File("a", "xyz").HardLink("b", "a").Link("l", "a").HardLink("m", "l").Finished());
        linked.ContentBytes.ShouldBe(3);
        const string show = "stat -c %h a b l m; test a -ef b && readlink m";
        Shell.Run(await _store.ExtractAsync(linked), show).ShouldBe("2\n2\n2\n2\na\n");
        using var mount = _store.Mount(linked);
        Shell.Run(mount.Path, show).ShouldBe("2\n2\n2\n2\na\n");
        var copied = await _store.ImportAsync(new TarBuilder().File("a", "xyz").File("b", "xyz").Link("l", "a").Link("m", "a").Finished());
        copied.TreeDigest.ShouldBe(linked.TreeDigest);
        copied.Digest.ShouldNotBe(linked.Digest);
    }

    [Fact]
    public async Task The_last_entry_of_a_name_counts()
    {
        var layer = await _store.ImportAsync(
            new TarBuilder().File("a", "1").Link("a", "x").File("a", "2").File("b", "3").Directory("b").File("b/c", "4").Finished());
        Shell.Run(await _store.ExtractAsync(layer), "cat a b/c").ShouldBe("24");
        using var mount = _store.Mount(layer);
        Shell.Run(mount.Path, "cat a b/c").ShouldBe("24");
        Shell.Run(_store.LayersPath, "fsck.erofs */image.erofs");
        layer.TreeDigest.ShouldBe((await _store.ImportAsync(new TarBuilder().File("a", "2").Directory("b").File("b/c", "4").Finished())).TreeDigest);
    }

    [Fact]
    public async Task Devices_are_kept_in_the_layer_and_left_out_of_extraction_and_fifos_are_in_both()
    {
        var layer = await _store.ImportAsync(new TarBuilder()
            .Member("null", '3', minor: 3).Member("disk", '4', minor: 300).HardLink("same", "null").Member("pipe", '6').Finished());
        var (extracted, dropped) = await _store.ExtractCountedAsync(layer);
        Shell.Run(extracted, "ls; test -p pipe").ShouldBe("pipe\n");
        dropped.ShouldBe(3);
        using var mount = _store.Mount(layer);
        Shell.Run(mount.Path, "stat -c '%n %F %t:%T %h' *").ShouldBe(
            "disk block special file 0:12c 1\nnull character special file 0:3 2\npipe fifo 0:0 1\nsame character special file 0:3 2\n");
    }

    [Fact]
    public async Task Devices_that_overlayfs_would_take_as_removals_are_dropped_and_links_to_them_refused()
    {
        var layer = await _store.ImportAsync(new TarBuilder().Member("zero", '3').File("f").Finished());
        layer.Dropped.ShouldBe(1);
        layer.EntryCount.ShouldBe(2);
        await Should.ThrowAsync<MissingLinkTargetException>(() => _store.ImportAsync(new TarBuilder().Member("zero", '3').HardLink("same", "zero").Finished()));
    }

    [Fact]
    public async Task Removals_are_devices_in_the_layer_and_nothing_in_an_extraction_without_marks()
    {
        var layer = await _store.ImportAsync(new TarBuilder().File("d/.wh.gone").File("d/.wh..wh..opq").File("d/f").Finished());
        Shell.Run(await _store.ExtractAsync(layer), "ls -A d").ShouldBe("f\n");
        using var mount = _store.Mount(layer);
        Shell.Run(mount.Path, "ls -A d; stat -c %t:%T d/gone").ShouldBe("f\ngone\n0:0\n");
        Attributes.List(Path.Combine(mount.Path, "d")).ShouldBe("trusted.overlay.opaque=79\n");
    }

    [Fact]
    public async Task Capabilities_and_user_attributes_are_kept_and_overlay_marks_dropped()
    {
        var capability = "\u0001\0\0\u0002\0\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        var layer = await _store.ImportAsync(new TarBuilder()
            .Pax(("SCHILY.xattr.user.note", "hi"), ("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.trusted.overlay.opaque", "y"),
                ("SCHILY.xattr.user.overlay.redirect", "/x"), ("SCHILY.xattr.security.selinux", "s"), ("mtime", "-1.25"))
            .File("f", "x").Finished());
        layer.Dropped.ShouldBe(3);
        const string expected = "security.capability=0100000200040000000000000000000000000000\nuser.note=6869\n";
        using var mount = _store.Mount(layer);
        foreach (var path in new[] { mount.Path, await _store.ExtractAsync(layer) })
        {
            Attributes.List(Path.Combine(path, "f")).ShouldBe(expected);
            Shell.Run(path, "stat -c %.9Y f").ShouldBe("-1.250000000\n");
        }
    }

    [Fact]
    public async Task Shifted_owners_are_of_the_extraction_not_of_the_layer()
    {
        var layer = await _store.ImportAsync(new TarBuilder().File("f", "x", user: 42).Finished(), new() { Owners = OwnerPolicy.Rootless });
        Shell.Run(await _store.ExtractAsync(layer, OwnerPolicy.Rootless), "stat -c '%u %g' f").ShouldBe("43 1\n");
        Shell.Run(await _store.ExtractAsync(layer), "stat -c '%u %g' f").ShouldBe("42 0\n");
        (await _store.ImportAsync(new TarBuilder().File("f", "x", user: 42).Finished())).ShouldBe(layer);
    }

    [Fact]
    public async Task Owners_that_a_rootless_job_does_not_have_are_refused_when_they_are_extracted()
    {
        var layer = await _store.ImportAsync(new TarBuilder().File("f", user: 65536).Finished());
        var refusal = await Should.ThrowAsync<HostileArchiveException>(() => _store.ExtractAsync(layer, OwnerPolicy.Rootless));
        refusal.Fault.ShouldBe(ArchiveFault.Unsafe);
        refusal.Message.ShouldContain("owner 65536");
    }

    [Fact]
    public async Task Eight_importers_of_one_archive_all_succeed()
    {
        var tar = Enumerable.Range(0, 50).Aggregate(new TarBuilder(), (t, i) => t.File($"d{i % 5}/f{i}", new string('x', i * 100))).Finished();
        var layers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _store.ImportAsync(tar))));
        layers.Distinct().ShouldHaveSingleItem();
        Directory.GetDirectories(_store.LayersPath).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var tar = new EndlessTar(new TarBuilder().File("a", "x").Unfinished(), cancellation);
        await Should.ThrowAsync<OperationCanceledException>(() => _store.ImportAsync(tar, cancellationToken: cancellation.Token));
        _store.ShouldHoldNothing();
    }

    [Fact]
    public async Task What_a_killed_process_left_is_removed_by_the_next_import()
    {
        Directory.CreateDirectory(Path.Combine(_store.LayersPath, "tmp-dead/d"));
        var layer = await _store.ImportAsync(new TarBuilder().File("a").Finished());
        Directory.GetDirectories(_store.LayersPath).ShouldHaveSingleItem().ShouldEndWith(layer.Digest.Hex);
    }

    /// <summary>Cancels once its bytes are read, then waits as a stalled pipe does.</summary>
    private sealed class EndlessTar(byte[] start, CancellationTokenSource cancellation) : MemoryStream(start)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return read;
        }
    }
}
