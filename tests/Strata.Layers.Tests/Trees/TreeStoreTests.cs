using System.Runtime.InteropServices;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Trees;

public sealed partial class TreeStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private TreeStore Store => new(_directory.Combine("data"), OwnerPolicy.Root);

    private ValueTask<StoredTree> Import(byte[] tar) => Store.ImportTarAsync(new MemoryStream(tar), TreeImportLimits.Default, CancellationToken.None);

    [Fact]
    public async Task A_tree_is_found_again_as_it_was_imported()
    {
        var imported = await Import(new TarBuilder().Directory("d").File("d/f", "content", mode: 0x9ed).Link("l", "/outside/is/fine").Finished());
        (await Store.FindAsync(imported.Digest, CancellationToken.None)).ShouldBe(imported);
        (await File.ReadAllTextAsync(Path.Combine(imported.Path, "d/f"))).ShouldBe("content");
        Shell.Run(imported.Path, "stat -c '%n %a %Y' d/f; readlink l").ShouldBe("d/f 4755 1000000000\n/outside/is/fine\n");
        imported.EntryCount.ShouldBe(4);
        imported.SizeBytes.ShouldBe(7);
        Directory.GetDirectories(_directory.Combine("data/trees")).ShouldHaveSingleItem().ShouldEndWith(imported.Digest.Hex);
    }

    [Fact]
    public async Task The_order_and_the_format_of_an_archive_do_not_matter()
    {
        var one = await Import(new TarBuilder().Directory(".").Directory("d").File("d/f", "x").File("e", "y").Finished());
        var other = await Import(new TarBuilder().File("e", "y").File("./d//f", "x").Directory("d/").Directory("./").Finished());
        other.ShouldBe(one);
    }

    [Fact]
    public async Task Owners_and_times_change_the_digest_but_not_the_tree_digest()
    {
        var one = await Import(new TarBuilder().File("f", "x").Finished());
        var other = await Import(new TarBuilder().File("f", "x", user: 7).Finished());
        other.Digest.ShouldNotBe(one.Digest);
        other.TreeDigest.ShouldBe(one.TreeDigest);
        (await Import(new TarBuilder().File("f", "z").Finished())).TreeDigest.ShouldNotBe(one.TreeDigest);
        (await Import(new TarBuilder().File("f", "x", mode: 0x1ed).Finished())).TreeDigest.ShouldNotBe(one.TreeDigest);
    }

    [Fact]
    public async Task Hard_links_stay_links_and_count_once()
    {
        var linked = await Import(new TarBuilder().File("a", "xyz").HardLink("b", "a").Finished());
        Shell.Run(linked.Path, "stat -c '%h' a b").ShouldBe("2\n2\n");
        linked.SizeBytes.ShouldBe(3);
        var copied = await Import(new TarBuilder().File("a", "xyz").File("b", "xyz").Finished());
        copied.TreeDigest.ShouldBe(linked.TreeDigest);
        copied.Digest.ShouldNotBe(linked.Digest);
    }

    [Fact]
    public async Task The_last_entry_of_a_name_counts()
    {
        var tree = await Import(new TarBuilder().File("a", "1").Link("a", "x").File("a", "2").File("b", "3").Directory("b").File("b/c", "4").Finished());
        (await File.ReadAllTextAsync(Path.Combine(tree.Path, "a"))).ShouldBe("2");
        (await File.ReadAllTextAsync(Path.Combine(tree.Path, "b/c"))).ShouldBe("4");
        tree.ShouldBe(await Import(new TarBuilder().File("a", "2").Directory("b").File("b/c", "4").Finished()));
    }

    [Fact]
    public async Task Devices_are_dropped_and_counted_and_fifos_kept()
    {
        var tree = await Import(new TarBuilder().Member("null", '3').Member("whiteout", '4').HardLink("same", "null").Member("pipe", '6').Finished());
        tree.DevicesDropped.ShouldBe(3);
        Shell.Run(tree.Path, "ls; test -p pipe").ShouldBe("pipe\n");
        tree.EntryCount.ShouldBe(2);
    }

    [Fact]
    public async Task Capabilities_and_user_attributes_are_kept_and_overlay_marks_dropped()
    {
        var capability = "\u0001\0\0\u0002\0\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        var tree = await Import(new TarBuilder()
            .Pax(("SCHILY.xattr.user.note", "hi"), ("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.trusted.overlay.opaque", "y"),
                ("SCHILY.xattr.user.overlay.redirect", "/x"), ("SCHILY.xattr.security.selinux", "s"), ("mtime", "-1.25"))
            .File("f", "x").Finished());
        tree.AttributesDropped.ShouldBe(3);
        AttributeNames(Path.Combine(tree.Path, "f")).ShouldBe(["security.capability", "user.note"]);
        Shell.Run(tree.Path, "stat -c %.9Y f").ShouldBe("-1.250000000\n");
    }

    [Fact]
    public async Task Shifted_owners_keep_the_digest()
    {
        var tar = new TarBuilder().File("f", "x", user: 42).Finished();
        var shifted = await new TreeStore(_directory.Combine("data"), OwnerPolicy.Rootless)
            .ImportTarAsync(new MemoryStream(tar), TreeImportLimits.Default, CancellationToken.None);
        Shell.Run(shifted.Path, "stat -c '%u %g' f").ShouldBe("43 1\n");
        shifted.Digest.ShouldBe((await Import(tar)).Digest);
    }

    [Fact]
    public async Task Eight_importers_of_one_tree_all_succeed()
    {
        var tar = Enumerable.Range(0, 50).Aggregate(new TarBuilder(), (t, i) => t.File($"d{i % 5}/f{i}", new string('x', i * 100))).Finished();
        var trees = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await Import(tar))));
        trees.Distinct().ShouldHaveSingleItem();
        Directory.GetDirectories(_directory.Combine("data/trees")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var tar = new EndlessTar(new TarBuilder().File("a", "x").Unfinished(), cancellation);
        await Should.ThrowAsync<OperationCanceledException>(async () => await Store.ImportTarAsync(tar, TreeImportLimits.Default, cancellation.Token));
        Directory.GetFileSystemEntries(_directory.Combine("data/trees")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_process_left_is_removed_by_the_next_import()
    {
        Directory.CreateDirectory(_directory.Combine("data/trees/tmp-dead/fs/d"));
        Shell.Run(_directory.Path, "chmod 000 data/trees/tmp-dead/fs/d");
        var tree = await Import(new TarBuilder().File("a").Finished());
        Directory.GetDirectories(_directory.Combine("data/trees")).ShouldHaveSingleItem().ShouldEndWith(tree.Digest.Hex);
    }

    [Fact]
    public async Task A_tree_without_its_record_is_imported_again()
    {
        var tar = new TarBuilder().File("a", "x").Finished();
        var tree = await Import(tar);
        File.Delete(Path.Combine(tree.Path, "../tree.json"));
        (await Store.FindAsync(tree.Digest, CancellationToken.None)).ShouldBeNull();
        (await Import(tar)).ShouldBe(tree);
    }

    [Fact]
    public async Task Removing_a_tree_makes_it_absent()
    {
        var tree = await Import(new TarBuilder().File("d/a", "x").Directory("d", mode: 0).Finished());
        (await Store.RemoveAsync(tree.Digest, CancellationToken.None)).ShouldBeTrue();
        (await Store.RemoveAsync(tree.Digest, CancellationToken.None)).ShouldBeFalse();
        (await Store.FindAsync(tree.Digest, CancellationToken.None)).ShouldBeNull();
        Directory.GetFileSystemEntries(_directory.Combine("data/trees")).ShouldBeEmpty();
    }

    private static unsafe string[] AttributeNames(string path)
    {
        var names = new byte[4096];
        fixed (byte* buffer = names)
        {
            var length = ListAttributes(path, buffer, names.Length);
            return [.. System.Text.Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        }
    }

    [LibraryImport("libc", EntryPoint = "listxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint ListAttributes(string path, byte* names, nint size);

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
