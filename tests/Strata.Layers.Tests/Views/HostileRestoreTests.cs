using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Placing;
using Strata.Layers.Posix;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Views;

/// <summary>
/// Trees that nobody honest stores, restored as caches are: through a view that is mounted, through one that is extracted, and name by name into a directory in use.
/// Each is refused as damaged, or shows the same harmless tree whichever way it came. Nothing beside the place it goes to is touched.
/// </summary>
public sealed class HostileRestoreTests : IDisposable
{
    private readonly ViewStore _store = new();
    private readonly string _outside;

    public HostileRestoreTests()
    {
        _outside = Directory.CreateDirectory(_store.Directory.Combine("outside")).FullName;
        File.WriteAllText(Path.Combine(_outside, "canary"), "alive");
    }

    public void Dispose() => _store.Dispose();

    public static TheoryData<string> Refused => [.. RefusedTrees.Keys];

    public static TheoryData<string> Harmless => [.. HarmlessTrees.Keys];

    public static TheoryData<string> Indexes => [.. LyingIndexes.Keys];

    /// <summary>An honest layer, and what is then done to its image.</summary>
    private static readonly Dictionary<string, (Action<LayerBuilder> Fill, Action<Image> Change)> RefusedTrees = new()
    {
        ["a name with slashes"] = (Files("aXXXXb", "z"), image => image.Rename("aXXXXb", "a/../b")),
        ["an absolute name"] = (Files("Xetc", "z"), image => image.Rename("Xetc", "/etc")),
        ["a second name '..'"] = (Files("XX", "z"), image => image.Rename("XX", "..")),
        ["a second name '.'"] = (Files("X", "z"), image => image.Rename("X", ".")),
        ["a name with a NUL, not at its end"] = (Files("aXb", "z"), image => image.Rename("aXb", "a\0b")),
        ["an empty name"] = (Files("X"), image => image.Rename("X", "\0")),
        ["a name twice"] = (Files("XX1", "XX2"), image => image.Rename("XX2", "XX1")),
        ["names out of order"] = (Files("XX1", "XX2"), image => image.Rename("XX1", "XX3")),
        ["a directory in itself"] = (Chain, image => image.Lead("d/e", image.Nid("d"))),
        ["the root below itself"] = (Chain, image => image.Lead("d/e", image.Nid(""))),
        ["a directory with two names"] = (Chain, image => image.Lead("f", image.Nid("d/e"))),
        ["a file that is named as a directory"] = (Files("f", "g"), image => image.Type("f", 2)),
        ["a directory that is named as a file"] = (Chain, image => image.Type("d", 1)),
        ["a file of an unknown kind"] = (Files("f", "g"), image => image.Type("f", 6)), // a socket
        ["a name that leads out of the image"] = (Files("f", "g"), image => image.Lead("f", 1UL << 40)),
        ["a link that leads nowhere"] = (l => l.Add(Symlink("l", "target")), image => image.Size("l", 0)),
        ["a link with a NUL"] = (l => l.Add(Symlink("l", "/etcXpasswd")), image => image.Replace("/etcXpasswd", "/etc\0passwd")),
        ["a link longer than a path"] = (l => l.Add(Symlink("l", "target")), image => image.Size("l", 5000)),
        ["a file larger than the image"] = (Files("f"), image => image.Size("f", 1 << 30)),
        ["a file of more bytes than there are"] = (Files("f"), image => image.Size("f", long.MaxValue)),
        ["a file of less than no bytes"] = (Files("f"), image => image.Size("f", ulong.MaxValue)),
        ["a file that begins behind the image"] = (Files("f"), image => image.Union("f", 1 << 30)),
        ["a hole of 64 TiB"] = (l => l.AddFile(Entry(EntryKind.File, "f"), new byte[1 << 20]), image => image.Hole("f")),
        ["a directory larger than the image"] = (Chain, image => image.Size("d", 1 << 29)),
        ["an owner no job has"] = (l => l.AddFile(Entry(EntryKind.File, "f") with { User = 1 << 20 }, "f"u8), static _ => { }),
    };

    /// <summary>What may be stored, and what of it is seen, as find prints it: kind, mode, owner, where a link leads.</summary>
    private static readonly Dictionary<string, (Action<LayerBuilder> Fill, Action<Image> Change, string[] Seen)> HarmlessTrees = new()
    {
        ["a '..' that leads elsewhere"] = (Chain, image => image.LeadUp("d/e", image.Nid("d/e")), ["d d 755 0 ", "d/e d 755 0 ", "d/e/g f 644 0 ", "f f 644 0 "]),
        ["a last name that ends at a NUL"] = (Files("a", "zXb"), image => image.Rename("zXb", "z\0b"), ["a f 644 0 ", "z f 644 0 "]),
        ["a name of several lines and signals"] = (Files("a\nb\u001b[2J"), static _ => { }, ["a\nb\u001b[2J f 644 0 "]),
        ["a name that is no text"] = (l => l.AddFile(Entry(EntryKind.File, "") with { Path = [(byte)'x', 0xff] }, "f"u8), static _ => { }, ["x\ufffd f 644 0 "]),
        ["links that lead out"] = (
            l =>
            {
                l.Add(Symlink("absolute", "/etc/passwd"));
                l.Add(Symlink("self", "self"));
                l.Add(Symlink("up", "../../../../../../outside"));
            },
            static _ => { },
            ["absolute l 777 0 /etc/passwd", "self l 777 0 self", "up l 777 0 ../../../../../../outside"]),
        ["devices"] = (
            l =>
            {
                l.Add(Entry(EntryKind.BlockDevice, "disk", 0x1b6) with { DeviceMajor = 8 });
                l.AddFile("f", "f");
                l.Add(Entry(EntryKind.CharacterDevice, "memory", 0x1b6) with { DeviceMajor = 1, DeviceMinor = 1 });
                l.Add(Entry(EntryKind.CharacterDevice, "whiteout", 0));
            },
            static _ => { },
            ["f f 644 0 "]),
        ["a file that became a device"] = (Files("f", "g"), image => image.MakeDevice("f", 1, 1), ["g f 644 0 "]),
        ["a set-user-id file"] = (l => l.AddFile(Entry(EntryKind.File, "f", 0x9ed), "f"u8), static _ => { }, ["f f 4755 0 "]),
        ["two names of a file that says it has one"] = (Files("f", "g"), image => image.Lead("g", image.Nid("f")), ["f f 644 0 ", "g f 644 0 "]),
        ["a pipe"] = (l => l.Add(Entry(EntryKind.Fifo, "p")), static _ => { }, ["p p 644 0 "]),
    };

    /// <summary>An index with a right digest beside an image that is honest. What it does to a layer of f ("one") and g.</summary>
    private static readonly Dictionary<string, Func<List<IndexEntry>, List<IndexEntry>>> LyingIndexes = new()
    {
        ["lacks a name"] = names => [.. names.Where(n => Name(n) != "f")],
        ["has another size"] = names => [.. names.Select(n => Name(n) == "f" ? n with { Entry = n.Entry with { Size = 1 << 30 } } : n)],
        ["says that a file is a link out"] = names => [.. names.Select(n => Name(n) == "f" ? new(Symlink("f", "/outside/canary"), null) : n)],
        ["says that a file is a directory"] = names => [.. names.Select(n => Name(n) == "f" ? new(Folder("f"), null) : n)],
        ["says that a file is a hard link"] = names => [.. names.Select(n => Name(n) == "g" ? new(HardLink("g", "none"), null) : n)],
        ["has nothing"] = static _ => [],
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_and_leaves_nothing(string tree)
    {
        var layer = Store(RefusedTrees[tree].Fill, RefusedTrees[tree].Change);

        if (tree == "an owner no job has") // the mount of a job maps ids; it is who writes files that refuses
        {
            await Should.ThrowAsync<HostileArchiveException>(ExtractAsync(Restored(layer)));
        }
        else
        {
            Should.Throw<DamagedLayerException>(() => Restored(layer));
        }

        ShouldBeAlone();
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public async Task It_is_the_same_harmless_tree_whichever_way_it_is_restored(string tree)
    {
        var (fill, change, seen) = HarmlessTrees[tree];
        var view = Restored(Store(fill, change));

        var extracted = Seen(Path.Combine(await ExtractAsync(view), "place"));
        string[] mounted;
        using (var mount = _store.Mount(view))
        {
            mounted = Seen(Path.Combine(mount.Path, "place"));
        }

        mounted.ShouldBe(seen);
        extracted.ShouldBe(seen);
        ShouldBeAlone();
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public async Task Written_into_a_job_that_runs_it_is_the_same_tree(string tree)
    {
        var (fill, change, seen) = HarmlessTrees[tree];
        var view = Restored(Store(fill, change)); // its index is of what the image holds

        await MergeAsync(LowerLayer.Of(view));

        Seen(_store.Directory.Combine("job/place")).ShouldBe(seen);
        ShouldBeAlone();
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void An_index_that_is_not_the_images_is_found_out(string index)
    {
        var layer = _store.Add(l =>
        {
            l.AddFile("f", "one");
            l.AddFile("g", "two");
        });
        Forge(layer, LyingIndexes[index]);

        Should.Throw<DamagedLayerException>(() => Restored(layer)).Message.ShouldContain("index");
    }

    /// <summary>There the names are the index's, and the contents the image's.</summary>
    [Theory]
    [InlineData("has another size")]
    [InlineData("has a name more")]
    [InlineData("says that a file is a hard link")]
    [InlineData("says that a file has 64 TiB")]
    public async Task Written_into_a_job_that_runs_a_layer_whose_index_lies_is_refused(string index)
    {
        var layer = _store.Add(l =>
        {
            l.AddFile("f", "one");
            l.AddFile("g", "two");
        });
        Forge(layer, index switch
        {
            "has a name more" => static names => [.. names, new(Entry(EntryKind.File, "h") with { Size = 3 }, Digest.Of("two"u8))],
            "says that a file has 64 TiB" => static names => [.. names.Select(n => Name(n) == "f" ? n with { Entry = n.Entry with { Size = 1L << 46 } } : n)],
            _ => LyingIndexes[index],
        });

        await Should.ThrowAsync<DamagedLayerException>(MergeAsync(LowerLayer.Of(layer)));
        ShouldBeAlone();
    }

    [Fact]
    public void An_index_whose_paths_begin_before_their_beginning_is_refused()
    {
        var layer = _store.Add(l => l.AddFile("f", "one"));
        ForgeBytes(layer, bytes =>
        {
            var shared = IndexFormat.HeaderSize + 1; // of the root's record: the first
            return [.. bytes[..shared], 0xff, 0xff, 0xff, 0xff, 0x0f, .. bytes[(shared + 1)..]]; // 2³² - 1: less than nothing, in 32 bits
        });

        Should.Throw<DamagedLayerException>(() => Restored(layer)).Message.ShouldContain("index");
    }

    /// <summary>Who knows the digest of a layer does not by that see what is in it: what a job stored may not stand on others.</summary>
    [Fact]
    public async Task A_stored_tree_that_refers_to_the_layer_of_another_shows_nothing_of_it()
    {
        var others = _store.Add(l => l.AddFile("secret", "only who made it may read this"));
        var forged = _store.Open(new ViewPart { Layers = [others] }).Image; // a layer that is nothing but the digest and where the bytes are

        Should.Throw<DamagedLayerException>(() => Restored(forged)).Message.ShouldContain("refers to other layers");
        (await Should.ThrowAsync<DamagedLayerException>(MergeAsync(LowerLayer.Of(forged)))).Message.ShouldContain("refers to other layers");
    }

    /// <summary>An overlay that is mounted on such a tree would look for what lies there somewhere else, or hide what is below.</summary>
    [Fact]
    public void Marks_of_overlayfs_are_not_restored()
    {
        string[] names = ["trusted.overlay.metacopy", "trusted.overlay.opaque", "trusted.overlay.redirect", "user.note", "user.overlay.redirect", "user.overlay.whiteout"];
        var layer = Store(
            l => l.Add(Folder("d") with { Attributes = [.. names.Select(n => new Xattr(Encoding.ASCII.GetBytes(n), "y"u8.ToArray()))] }), static _ => { });

        using var view = ErofsReader.Open(Restored(layer).Image.Image, ownsFile: false);
        view.Find("place/d"u8)!.Entry.Attributes.Select(a => Encoding.ASCII.GetString(a.Name)).ShouldBe(["user.note"]);
    }

    private static string Name(IndexEntry entry) => Encoding.UTF8.GetString(entry.Entry.Path);

    private static Action<LayerBuilder> Files(params string[] names) => layer =>
    {
        foreach (var name in names)
        {
            layer.AddFile(name, "content");
        }
    };

    private static void Chain(LayerBuilder layer)
    {
        layer.Add(Folder("d"));
        layer.Add(Folder("d/e"));
        layer.AddFile("d/e/g", "content");
        layer.AddFile("f", "content");
    }

    private LayerLease Store(Action<LayerBuilder> fill, Action<Image> change)
    {
        var path = _store.Directory.Combine("hostile");
        Build(path, fill);
        var image = new Image(path);
        change(image);
        using var write = _store.Layers.Public.Start();
        File.WriteAllBytes(write.Target.ImagePath, image.Bytes);
        return _store.Hold(ViewStore.Wait(write.CommitAsync(Digest.Of(image.Bytes), image.Bytes.Length, CancellationToken.None)).Lease!);
    }

    private ViewLease Restored(LayerLease layer) => _store.Open(new RestorePlace("place"u8.ToArray(), []).Restore([layer]));

    private Task<string> ExtractAsync(ViewLease view) =>
        new ExtractedLayers(_store.Directory.Path, OwnerPolicy.Root).OpenAsync(view.Image, view.Devices, CancellationToken.None).AsTask();

    private async Task MergeAsync(LowerLayer layer)
    {
        Directory.CreateDirectory(_store.Directory.Combine("job"));
        Directory.CreateDirectory(_store.Directory.Combine("scratch"));
        using var directory = OpenDirectory(_store.Directory.Combine("job"));
        await new LivePlacement(OwnerPolicy.Root, _store.Directory.Combine("scratch")).MergeAsync(directory, [layer], CancellationToken.None);
    }

    private static unsafe SafeFileHandle OpenDirectory(string directory)
    {
        fixed (byte* path = PosixPath.Terminated(directory))
        {
            return new(Libc.OpenAt(Libc.CurrentDirectory, path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0), ownsHandle: true);
        }
    }

    private static string[] Seen(string directory) =>
        Shell.Run(directory, @"find . -mindepth 1 -printf '%P %y %m %U %l\0' | sort -z").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private void ShouldBeAlone()
    {
        File.ReadAllText(Path.Combine(_outside, "canary")).ShouldBe("alive");
        Directory.GetFileSystemEntries(_outside).Length.ShouldBe(1);
    }

    private static void Forge(LayerLease layer, Func<List<IndexEntry>, List<IndexEntry>> change)
    {
        var path = layer.IndexPath!;
        var index = LayerIndex.Open(path);
        var names = change([.. index.Entries()]);
        File.Delete(path);
        using var writer = new LayerIndexWriter(path);
        foreach (var (entry, content) in names)
        {
            writer.Add(new()
            {
                Kind = entry.Kind, Path = entry.Path, Mode = entry.Mode, User = entry.User, Group = entry.Group, Modified = entry.Modified, Size = entry.Size,
                Content = content ?? default, Link = entry.Link, DeviceMajor = 0, DeviceMinor = 0, Attributes = [],
            });
        }

        writer.Finish(index.TreeDigest);
    }

    private static void ForgeBytes(LayerLease layer, Func<byte[], byte[]> change)
    {
        var bytes = change(File.ReadAllBytes(layer.IndexPath!));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(IndexFormat.LengthAt), bytes.Length - IndexFormat.HeaderSize);
        byte[] hashed = [.. bytes[IndexFormat.HeaderSize..], .. bytes[..IndexFormat.DigestAt]];
        SHA256.HashData(hashed).CopyTo(bytes, IndexFormat.DigestAt);
        File.WriteAllBytes(layer.IndexPath!, bytes);
    }
}
