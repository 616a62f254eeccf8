using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Globs;
using Strata.Layers.Entries;
using Strata.Layers.Placing;
using Strata.Layers.Posix;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Tests.Views;
using Strata.Layers.Trees;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Placing;

/// <summary>Trees in a directory that somebody else uses. In an overlay of a running job: Strata.EndToEnd.</summary>
public sealed class LivePlacementTests : IDisposable
{
    private readonly ViewStore _store = new();
    private readonly string _live;
    private readonly string _scratch;
    private readonly LivePlacement _placement;

    public LivePlacementTests()
    {
        _live = Directory.CreateDirectory(_store.Directory.Combine("live")).FullName;
        _scratch = Directory.CreateDirectory(_store.Directory.Combine("scratch")).FullName;
        _placement = new(new OwnerPolicy(100_000, 65_535), _scratch);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Merging_keeps_what_the_tree_does_not_have_and_replaces_the_rest()
    {
        Write("keep", "kept");
        Write("dir/keep", "kept");
        Write("dir/file", "old");
        Write("was-directory/x", "old");
        var layer = Layer([(Folder(""), []), (Folder("dir"), []), Text("dir/file", "new"), (Folder("made", 0x1e8), []), Text("made/file", "made"), Text("was-directory", "file")]);

        var placed = await MergeAsync(layer);

        Names().ShouldBe(["dir", "dir/file", "dir/keep", "keep", "made", "made/file", "was-directory"]);
        Read("dir/file").ShouldBe("new");
        Read("was-directory").ShouldBe("file");
        File.GetUnixFileMode(Path.Combine(_live, "made")).ShouldBe((UnixFileMode)0x1e8);
        placed.Files.ShouldBe(4);
        placed.Bytes.ShouldBe(11);
    }

    [Fact]
    public async Task Owners_are_shifted_and_hard_links_links_and_times_survive()
    {
        var layer = Layer([
            (Folder(""), []),
            (Folder("d") with { User = 5, Group = 6, Modified = new(1_000, 0) }, []),
            Text("d/a", "content"),
            (HardLink("d/b", "d/a"), []),
            (Symlink("d/link", "/etc/passwd"), []),
        ]);

        await MergeAsync(layer);

        Stat("d", "%u:%g %Y").ShouldBe("100005:100006 1000");
        Stat("d/a", "%h").ShouldBe("2");
        new FileInfo(Path.Combine(_live, "d/link")).LinkTarget.ShouldBe("/etc/passwd");
    }

    [Fact]
    public async Task Names_of_one_file_are_one_file_wherever_they_are_placed()
    {
        Directory.CreateDirectory(Path.Combine(_live, "there"));
        var layer = Layer([
            (Folder(""), []), Text("a", "content"), (HardLink("b", "a"), []),
            (Folder("made") with { Modified = new(1_000, 0) }, []), (HardLink("made/c", "a"), []), (HardLink("made/d", "a"), []), Text("single", "content"),
            (Folder("there"), []), (HardLink("there/e", "a"), []),
        ]);

        await MergeAsync(layer);

        Shell.Run(_live, "[ a -ef b ]; [ a -ef made/c ]; [ a -ef made/d ]; [ a -ef there/e ]");
        Stat("a", "%h").ShouldBe("5");
        Stat("single", "%h").ShouldBe("1");
        Stat("made", "%Y").ShouldBe("1000");
        Names().ShouldBe(["a", "b", "made", "made/c", "made/d", "single", "there", "there/e"]);
    }

    [Fact]
    public async Task A_name_is_replaced_as_a_whole()
    {
        Write("out/old", "old");
        Write("beside", "kept");
        var layer = Layer([(Folder(""), []), Text("new", "new")]);

        using var directory = Open();
        await _placement.ReplaceAsync(directory, "out"u8.ToArray(), [LowerLayer.Of(layer)], CancellationToken.None);

        Names().ShouldBe(["beside", "out", "out/new"]);
    }

    [Fact]
    public async Task What_matches_goes_and_what_does_not_stays()
    {
        Write("dist/stale", "stale");
        Write("build/stale.o", "stale");
        Write("build/notes", "kept");
        Write("other/deep/stale.o", "stale");
        Write("other/deep/kept", "kept");
        var layer = Layer([(Folder(""), []), (Folder("build"), []), Text("build/a.o", "a"), (Folder("dist"), []), Text("dist/main", "main")]);

        using var directory = Open();
        await _placement.ReplaceAsync(directory, [LowerLayer.Of(layer)], Globs("dist/", "**/*.o"), CancellationToken.None);

        Names().ShouldBe(["build", "build/a.o", "build/notes", "dist", "dist/main", "other", "other/deep", "other/deep/kept"]);
    }

    [Fact]
    public async Task What_an_exclusion_names_is_left_alone()
    {
        Write("dist/keep", "kept");
        Write("dist/stale", "stale");
        var layer = Layer([(Folder(""), []), (Folder("dist"), []), Text("dist/main", "main")]);

        using var directory = Open();
        await _placement.ReplaceAsync(directory, [LowerLayer.Of(layer)], Globs("dist/**", "!dist/keep"), CancellationToken.None);

        Names().ShouldBe(["dist", "dist/keep", "dist/main"]);
    }

    [Fact]
    public async Task Links_on_the_way_are_replaced_and_never_followed()
    {
        var outside = Directory.CreateDirectory(_store.Directory.Combine("outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "file"), "outside");
        File.CreateSymbolicLink(Path.Combine(_live, "dir"), outside);
        File.CreateSymbolicLink(Path.Combine(_live, "gone"), outside);
        var layer = Layer([(Folder(""), []), (Folder("dir"), []), Text("dir/file", "new")]);

        using var directory = Open();
        await _placement.ReplaceAsync(directory, [LowerLayer.Of(layer)], Globs("dir/file", "gone/**"), CancellationToken.None);

        File.ReadAllText(Path.Combine(outside, "file")).ShouldBe("outside");
        Directory.GetFileSystemEntries(outside).Length.ShouldBe(1);
        Read("dir/file").ShouldBe("new");
        new FileInfo(Path.Combine(_live, "dir")).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public async Task An_upper_layer_hides_what_it_removes()
    {
        var below = Layer([(Folder(""), []), Text("a", "one"), Text("gone", "gone")]);
        var above = Layer([(Folder(""), []), Text("a", "two"), (Entry(EntryKind.CharacterDevice, "gone", 0), [])]);

        await MergeAsync(below, above);

        Names().ShouldBe(["a"]);
        Read("a").ShouldBe("two");
    }

    [Fact]
    public async Task A_name_that_cannot_be_made_leaves_what_was_there_and_nothing_half_made()
    {
        Write("big/old", "old");
        var layer = Layer([(Folder(""), []), (Folder("big"), []), (Entry(EntryKind.File, "big/file") with { Size = 1, User = 70_000 }, "x"u8.ToArray())]);

        using var directory = Open();
        await Should.ThrowAsync<HostileArchiveException>(() =>
            _placement.ReplaceAsync(directory, [LowerLayer.Of(layer)], Globs("big/"), CancellationToken.None));

        Names().ShouldBe(["big", "big/old"]);
    }

    private async Task<PlacedTree> MergeAsync(params LayerLease[] layers)
    {
        using var directory = Open();
        return await _placement.MergeAsync(directory, [.. layers.Select(LowerLayer.Of)], CancellationToken.None);
    }

    private unsafe SafeFileHandle Open()
    {
        fixed (byte* path = PosixPath.Terminated(_live))
        {
            return new(Libc.OpenAt(Libc.CurrentDirectory, path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0), ownsHandle: true);
        }
    }

    private LayerLease Layer(List<(LayerEntry, byte[])> entries) => _store.Add(entries);

    private static (LayerEntry, byte[]) Text(string path, string content) =>
        (Entry(EntryKind.File, path) with { Size = content.Length }, Encoding.UTF8.GetBytes(content));

    private static GlobSet Globs(params string[] patterns) => GlobSet.Parse(patterns).Set!;

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_live, path))!);
        File.WriteAllText(Path.Combine(_live, path), content);
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(_live, path));

    private string Stat(string path, string format) => Shell.Run(_live, $"stat -c '{format}' {path}").Trim();

    private List<string> Names() =>
        [.. Directory.EnumerateFileSystemEntries(_live, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(_live, p)).Order(StringComparer.Ordinal)];
}
