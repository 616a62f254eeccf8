using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Images.Copying;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Store;
using static Strata.Images.Tests.Copying.CopyStore;

namespace Strata.Images.Tests.Copying;

/// <summary>The digest that stands for what is copied, and layers being a function of it.</summary>
public sealed class CopyDigestTests : IDisposable
{
    private static readonly (LayerEntry Entry, string Text)[] Tree =
    [
        (Folder("t"), ""), (Folder("t/d"), ""), (File("t/d/x"), "x"), (File("t/empty"), ""), (Link("t/l", "d"), ""), (File("t/y"), "y"), (File("z"), "z"),
    ];

    private readonly CopyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Every_change_of_what_is_copied_changes_the_digest()
    {
        (string What, (LayerEntry, string)[] Tree)[] changes =
        [
            ("content", Changed("t/y", static e => (e, "Y"))),
            ("mode", Changed("t/y", static e => (e with { Mode = 0x1ed }, "y"))),
            ("mode of a directory", Changed("t/d", static e => (e with { Mode = 0x1c0 }, ""))),
            ("link target", Changed("t/l", static e => (e with { Link = "d/"u8.ToArray() }, ""))),
            ("file for link", Changed("t/l", static _ => (File("t/l"), "d"))),
            ("directory for file", Changed("t/empty", static _ => (Folder("t/empty", 0x1a4), ""))),
            ("moved", [.. Tree.Where(static e => e.Text != "y"), (File("t/yy"), "y")]),
            ("moved into a directory", [.. Tree.Where(static e => e.Text != "y"), (File("t/d/y"), "y")]),
            ("empty directory", [.. Tree, (Folder("t/new"), "")]),
            ("empty file", [.. Tree, (File("t/new"), "")]),
            ("removed", [.. Tree.Where(static e => e.Text != "y")]),
            ("attribute", Changed("t/y", static e => (e with { Attributes = [new("user.a"u8.ToArray(), [1])] }, "y"))),
            ("swapped contents", [.. Tree.Select(static e => (e.Entry, e.Text switch { "x" => "y", "y" => "x", var same => same }))]),
        ];
        var digests = changes.Select(c => Files("t", c.Tree)).Append(Files("t", Tree)).ToList();
        digests.Distinct().Count().ShouldBe(digests.Count, string.Join(", ", changes.Select((c, i) => $"{c.What}: {digests[i].Short}")));
    }

    [Fact]
    public void What_is_not_copied_is_no_part_of_it_nor_are_times_and_owners()
    {
        var files = Files("t", Tree);
        Files("t", Changed("z", static e => (e, "Z"))).ShouldBe(files);
        Files("t/", Tree).ShouldBe(files);
        Files("t/**", Tree).ShouldBe(files);
        Files("t", [.. Tree.Select(static e => (e.Entry with { Modified = new(5, 6), User = 9, Group = 9 }, e.Text))]).ShouldBe(files);
    }

    [Fact]
    public void Copies_that_bring_the_same_names_in_another_way_are_told_apart()
    {
        var source = _store.Layer((Folder("d"), ""), (File("d/a"), "a"), (Folder("e"), ""), (File("e/a"), "a"), (HardLink("e/b", "e/a"), ""), (Folder("f"), ""), (File("f/a"), "a"), (File("f/b"), "a"));
        Digest Of(RecipeStep.Copy step, bool fromWorkspace = true) => _store.Plan(_store.Request(step, source, _store.Layer("y")) with { FromWorkspace = fromWorkspace }).Files;
        Of(Step("d", "/x")).ShouldNotBe(Of(Step("d/a", "/x"))); // /x/a, and /x
        Of(Step("d/*", "/x")).ShouldNotBe(Of(Step("d/a", "/x")));
        Of(Step(["d", "f"], "/x")).ShouldNotBe(Of(Step(["f", "d"], "/x")));
        Of(Step(["d", "d"], "/x")).ShouldNotBe(Of(Step("d", "/x")));
        Of(Step("d", "/x"), fromWorkspace: false).ShouldNotBe(Of(Step("d", "/x")));
        Of(Step("e", "/x"), fromWorkspace: false).ShouldNotBe(Of(Step("f", "/x"), fromWorkspace: false)); // one file with two names, and two files
        Of(Step(["d/a", "f/b"], "/x")).ShouldNotBe(Of(Step(["d/a", "f/a"], "/x")));
    }

    [Fact]
    public void Names_that_look_alike_are_told_apart()
    {
        var source = _store.Layer((File("a"), "x"), (File("a b"), "x"), (File("b"), "x"));
        Digest Of(params string[] from) => _store.Plan(_store.Request(Step(from, "/x/"), source, _store.Layer("y"))).Files;
        Of("a b").ShouldNotBe(Of("a", "b"));
        Files("t", [(Folder("t"), ""), (File("t/\u00e9"), "x")]).ShouldNotBe(Files("t", [(Folder("t"), ""), (File("t/e\u0301"), "x")]));
        Files("t", [(Folder("t"), ""), (File("t/a b"), "x")]).ShouldNotBe(Files("t", [(Folder("t"), ""), (File("t/a\u00a0b"), "x")]));
    }

    [Fact]
    public void The_layer_of_a_copy_is_the_same_in_every_store_and_whatever_else_the_source_holds()
    {
        using var other = new CopyStore();
        var step = Step("t", "/opt/x") with { Mode = 0x1ed, Owner = "1:2" };
        LayerLease Make(CopyStore store, (LayerEntry, string)[] tree) => store.Commit(store.Plan(store.Request(step, store.Layer(tree), store.Layer("opt/"))));
        var layer = Make(_store, Tree);
        Make(other, Tree).Digest.ShouldBe(layer.Digest);
        Make(other, Changed("z", static e => (e with { Modified = new(1, 1) }, new string('z', 100_000)))).Digest.ShouldBe(layer.Digest);
        Make(other, [.. Tree.Select(static e => (e.Entry with { Modified = new(5, 6), User = 9 }, e.Text))]).Digest.ShouldBe(layer.Digest);
        Make(other, Changed("t/y", static e => (e, "Y"))).Digest.ShouldNotBe(layer.Digest);
    }

    [Fact]
    public void Same_digests_make_same_layers()
    {
        var cases = Trees.SelectMany(a => Trees.SelectMany(b => Steps.SelectMany(s => Steps.Select(r => (a, b, s, r)))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(7, 11), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            using var store = new CopyStore();
            var image = store.Layer("p");
            var (one, two) = (Made(store, image, c.a, c.s), Made(store, image, c.b, c.r));
            if (one is { } first && two is { } second && first.Files == second.Files && c.s.To == c.r.To)
            {
                second.Layer.ShouldBe(first.Layer);
            }
        }));
    }

    [Fact]
    public void One_change_anywhere_below_changes_the_digest_and_the_layer()
    {
        var changes = Gen.Choose(0, 999).SelectMany(static at => Gen.Choose(0, 999).Select(kind => (at, kind)));
        var steps = Gen.Elements("t", "t/", "t/**").SelectMany(static from => Gen.Elements("/o", "/o/").Select(to => Step(from, to)));
        var cases = Trees.SelectMany(tree => changes.SelectMany(change => steps.Select(step => (tree, change, step))));
        var told = new Dictionary<string, int>();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(7, 11), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            using var store = new CopyStore();
            var image = store.Layer("p");
            var (what, changed) = Mutated(c.tree, c.change.at, c.change.kind);
            told[what] = told.GetValueOrDefault(what) + 1;
            var (one, two) = (Made(store, image, c.tree, c.step)!.Value, Made(store, image, changed, c.step)!.Value);
            (two.Files != one.Files, two.Layer != one.Layer).ShouldBe((true, true), what);
        }));
        told.Keys.ShouldBe(["attribute", "content", "empty directory", "kind", "mode", "name", "target"], ignoreOrder: true);
    }

    [Fact]
    public void Entries_say_what_is_copied_with_digests_and_counts_are_theirs()
    {
        var copy = _store.Plan(_store.Request(Step(["t", "z"], "/o"), _store.Layer(Tree), _store.Layer("y")));
        copy.Entries.Select(static e => Encoding.UTF8.GetString(e.Path)).ShouldBe(["d", "d/x", "empty", "l", "y", "z"]);
        copy.Entries.Last().Entry.Content.ShouldBe(Digest.Of("z"u8));
        (copy.FileCount, copy.SizeBytes).ShouldBe((5, 3));
    }

    [Fact]
    public void Which_files_changed_is_said_as_they_are_in_the_image()
    {
        var image = _store.Layer("opt/");
        var step = Step(["t", "z"], "/opt") with { Mode = 0x1a4 };
        var before = LayerIndex.Open(_store.Commit(_store.Plan(_store.Request(step, _store.Layer(Tree), image))).IndexPath!);
        string[] Against((LayerEntry, string)[] tree, RecipeStep.Copy? now = null) =>
            [.. CopyDifference.Between(before, _store.Plan(_store.Request(now ?? step, _store.Layer(tree), image)).Placed()).Select(static c => c.ToString())];
        Against(Changed("t/y", static e => (e, "Y"))).ShouldBe([$"file /opt/y: {Digest.Of("y"u8).Short} 0644 → {Digest.Of("Y"u8).Short} 0644"]);
        Against(Changed("t/y", static e => (e with { Mode = 0x1ff }, "y"))).ShouldBeEmpty(); // the step's mode counts
        Against([.. Tree, (File("t/za\u001b"), "")]).ShouldBe([$"file /opt/za\\u001b: not set → {Digest.Of([]).Short} 0644"]);
        Against(Changed("t/l", static e => (e with { Link = "x"u8.ToArray() }, ""))).ShouldBe(["file /opt/l: link to d → link to x"]);
        Against(Tree, Step("z", "/opt/z") with { Mode = 0x1a4 }).Length.ShouldBe(5);
        Against([.. Tree, .. Enumerable.Range(0, 20).Select(static i => (File($"t/zz{(char)('a' + i)}"), "x"))])[^1].ShouldBe("files: not set → 10 more changed");
    }

    [Fact]
    public async Task A_plan_that_was_made_before_writes_nothing_and_its_layer_needs_nothing_of_its_source()
    {
        var source = _store.Layer(Tree);
        var request = _store.Request(Step("t", "/o"), source, _store.Layer("y"));
        var planned = _store.Plan(request);
        var layer = _store.Commit(planned);
        var files = _store.Files();
        using (var again = _store.Plan(request))
        {
            again.Files.ShouldBe(planned.Files);
        }

        _store.Files().ShouldBe(files);
        planned.Dispose();
        source.Dispose();
        (await _store.Layers.RemoveAsync(source.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        Show(layer).ShouldContain("o/y 644 =y");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_view_whose_index_is_damaged_or_lost_is_made_again(bool isLost)
    {
        var request = _store.Request(Step("t", "/o"), _store.Layer(Tree), _store.Layer("y"));
        var copy = _store.Plan(request);
        copy.Dispose();
        var index = Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).Where(static f => f.EndsWith("/index", StringComparison.Ordinal)).MaxBy(System.IO.File.GetLastWriteTimeUtc)!;
        System.IO.File.SetUnixFileMode(index, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (isLost)
        {
            System.IO.File.Delete(index);
        }
        else
        {
            System.IO.File.WriteAllBytes(index, [.. System.IO.File.ReadAllBytes(index).Select(static b => (byte)~b)]);
        }

        _store.Plan(request).Files.ShouldBe(copy.Files);
    }

    [Fact]
    public void What_was_found_is_remembered_of_the_same_source_and_patterns_alone()
    {
        var (source, other) = (_store.Layer(Tree), _store.Layer(Changed("t/y", static e => (e, "Y"))));
        CopyRequest Request(RecipeStep.Copy step, LayerLease from, bool fromWorkspace = true) => _store.Request(step, from, _store.Layer("y")) with { FromWorkspace = fromWorkspace };
        CopyRequest[] requests =
        [
            Request(Step("t", "/o"), source), Request(Step("t", "/o"), source, fromWorkspace: false), Request(Step("t", "/o"), other), Request(Step("t/d", "/o"), source),
            Request(Step(["t", "z"], "/o"), source), Request(Step(["z", "t"], "/o"), source), Request(Step("t", "/o") with { Exclude = ["t/y"] }, source),
            Request(Step("t", "/o") with { Exclude = ["t/y", "t/d"] }, source), Request(Step("t", "/o") with { Exclude = ["t/d"] }, source), Request(Step("t", "/o"), source) with { From = [source, other] }, Request(Step("t/y", "/o"), source),
        ];
        foreach (var request in requests.Concat(requests))
        {
            _store.Find(request).Files.ShouldBe(_store.Plan(request).Files, request.ToString());
        }

        var files = _store.Files();
        _store.Find(requests[0] with { Below = null! }).Files.ShouldBe(_store.Plan(requests[0]).Files); // nothing is looked at
        _store.Files().ShouldBe(files);
    }

    [Fact]
    public async Task What_is_remembered_wrongly_is_found_out_before_anything_is_made_of_it()
    {
        var request = _store.Request(Step("t", "/o"), _store.Layer(Tree), _store.Layer("y"));
        using (var copied = _store.Find(request))
        {
            (await copied.PlanAsync(CancellationToken.None)).Files.ShouldBe(copied.Files);
        }

        var remembered = Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).Where(static f => f.Contains("/summaries/", StringComparison.Ordinal)).ToList();
        var other = _store.Find(_store.Request(Step("z", "/o"), request.From[0], _store.Layer("y")));
        var theirs = Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).Where(static f => f.Contains("/summaries/", StringComparison.Ordinal)).Except(remembered).ShouldHaveSingleItem();
        System.IO.File.Copy(theirs, remembered.ShouldHaveSingleItem(), overwrite: true);
        using var wrong = _store.Find(request);
        wrong.Files.ShouldBe(other.Files);
        await Should.ThrowAsync<Strata.Layers.DamagedLayerException>(async () => await wrong.PlanAsync(CancellationToken.None));
        using var mended = _store.Find(request);
        (await mended.PlanAsync(CancellationToken.None)).Files.ShouldBe(mended.Files);
    }

    private Digest Files(string from, (LayerEntry, string)[] tree) => _store.Plan(_store.Request(Step(from, "/o"), _store.Layer(tree), _store.Layer("y"))).Files;

    private static (LayerEntry, string)[] Changed(string path, Func<LayerEntry, (LayerEntry, string)> change) =>
        [.. Tree.Select(e => Encoding.UTF8.GetString(e.Entry.Path) == path ? change(e.Entry) : e)];

    private static int Cases => Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 2000 : 60;

    private static Gen<RecipeStep.Copy> Steps { get; } =
        Gen.Elements("t", "t/*", "t/a", "t/a*").SelectMany(static from => Gen.Elements("/o", "/o/", "/").Select(to => Step(from, to)));

    /// <summary>In path order, parents before what is in them.</summary>
    private static Gen<(LayerEntry Entry, string Text)[]> Trees { get; } = Gen.Elements("a", "b", "a/c", "b/c", "a/c/d")
        .SelectMany(static name => Gen.Choose(0, 3).SelectMany(kind => Gen.Elements("", "x", "y").Select(text => (name, kind, text)))).ListOf().Select(TreeOf);

    private static (LayerEntry, string)[] TreeOf(IEnumerable<(string Name, int Kind, string Text)> entries)
    {
        var tree = new SortedDictionary<string, (LayerEntry, string)>(StringComparer.Ordinal) { ["t"] = (Folder("t"), "") };
        foreach (var (name, kind, text) in entries)
        {
            var path = $"t/{name}";
            if (tree.TryGetValue(path[..path.LastIndexOf('/')], out var above) && above.Item1.Kind is EntryKind.Directory && !tree.ContainsKey(path))
            {
                tree[path] = kind switch
                {
                    0 => (Folder(path), ""),
                    1 => (Link(path, $"to{text}"), ""),
                    2 => (File(path, 0x1ed), text),
                    _ => (File(path), text),
                };
            }
        }

        return [.. tree.Values];
    }

    /// <summary>The tree with one thing that is not as it was, and what that is.</summary>
    private static (string What, (LayerEntry, string)[] Tree) Mutated((LayerEntry Entry, string Text)[] tree, int at, int kind)
    {
        if (tree.Length == 1)
        {
            return ("empty directory", [.. tree, (Folder("t/new"), "")]);
        }

        var (entry, text) = tree[1 + (at % (tree.Length - 1))];
        var path = Encoding.UTF8.GetString(entry.Path);
        (string, Func<(LayerEntry, string)[]>) name = ("name", () => Renamed(tree, path));
        (string, Func<(LayerEntry, string)[]>) fresh = ("empty directory", () => [.. tree, (Folder("t/new"), "")]);
        (string What, Func<(LayerEntry, string)[]> Change)[] possible = entry.Kind switch
        {
            EntryKind.File =>
            [
                name, fresh, ("content", () => With(entry, $"{text}!")), ("mode", () => With(entry with { Mode = entry.Mode ^ 0x49 }, text)),
                ("kind", () => With(Link(path, "to"), "")), ("attribute", () => With(entry with { Attributes = [new("user.a"u8.ToArray(), [1])] }, text)),
            ],
            EntryKind.Symlink => [name, fresh, ("target", () => With(entry with { Link = [.. entry.Link, (byte)'/'] }, "")), ("kind", () => With(File(path), ""))],
            _ => [name, fresh, ("mode", () => With(entry with { Mode = 0x1c0 }, "")), ("attribute", () => With(entry with { Attributes = [new("user.a"u8.ToArray(), [1])] }, ""))],
        };
        var (what, change) = possible[kind % possible.Length];
        return (what, change());

        (LayerEntry, string)[] With(LayerEntry now, string content) => [.. tree.Select(e => ReferenceEquals(e.Entry, entry) ? (now, content) : e)];
    }

    private static (LayerEntry, string)[] Renamed((LayerEntry Entry, string Text)[] tree, string path) =>
    [
        .. tree.Select(e =>
        {
            var own = Encoding.UTF8.GetString(e.Entry.Path);
            var isBelow = own == path || own.StartsWith($"{path}/", StringComparison.Ordinal);
            return (Entry: isBelow ? e.Entry with { Path = Encoding.UTF8.GetBytes($"{path}z{own[path.Length..]}") } : e.Entry, e.Text);
        }).OrderBy(static e => Encoding.UTF8.GetString(e.Entry.Path), StringComparer.Ordinal),
    ];

    private static (Digest Files, Digest Layer)? Made(CopyStore store, LayerLease image, (LayerEntry, string)[] tree, RecipeStep.Copy step)
    {
        try
        {
            var copy = store.Plan(store.Request(step, store.Layer(tree), image));
            return (copy.Files, store.Commit(copy).Digest);
        }
        catch (Strata.Core.Diagnostics.UserErrorException)
        {
            return null;
        }
    }
}
