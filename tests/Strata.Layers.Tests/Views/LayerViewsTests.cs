using System.Text;
using Strata.Core;
using Strata.Core.Globs;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Store;
using Strata.Layers.Views;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Views;

[Collection(RunsAlone.Name)]
public sealed class LayerViewsTests : IDisposable
{
    private readonly ViewStore _store = new();

    public void Dispose() => _store.Dispose();

    private static byte[] Path(string path) => Encoding.UTF8.GetBytes(path);

    private static string Names(ViewLease view) => string.Join(' ', ViewStore.Read(view).Select(e => Encoding.UTF8.GetString(e.Entry.Path) + (e.Entry.Kind switch
    {
        EntryKind.Directory => "/",
        EntryKind.File => $"={Encoding.UTF8.GetString(e.Content)}",
        EntryKind.HardLink => $"->{Encoding.UTF8.GetString(e.Entry.Link)}",
        _ => "",
    })));

    private LayerLease Layer(params string[] files) => _store.Add(l =>
    {
        foreach (var file in files)
        {
            l.AddFile(file.TrimEnd('*'), file[^1] == '*' ? "other" : file);
        }
    });

    private ViewOpening Open(ViewRequest request) => ViewStore.Wait(_store.Views.OpenAsync(request, CancellationToken.None));

    [Fact]
    public void The_same_request_is_written_once()
    {
        var request = new ViewRequest { Parts = [new() { Layers = [Layer("a")], Prefix = Path("p") }] };
        using var made = Open(request).Lease!;
        var again = Open(request with { Parts = [request.Parts[0] with { }] });
        using var found = again.Lease!;
        again.WasMade.ShouldBeFalse();
        found.Image.Digest.ShouldBe(made.Image.Digest);
        found.Image.IndexPath.ShouldNotBeNull();
        Open(request with { Modified = new(1, 0) }).WasMade.ShouldBeTrue();
    }

    [Fact]
    public void A_view_that_lost_its_index_is_made_again()
    {
        var request = new ViewRequest { Parts = [new() { Layers = [Layer("a")], Prefix = Path("p") }] };
        using (var made = Open(request).Lease!)
        {
            File.Delete(made.Image.IndexPath!);
        }

        var again = Open(request);
        using var view = again.Lease!;
        again.WasMade.ShouldBeTrue();
        view.Image.IndexPath.ShouldNotBeNull();
    }

    [Fact]
    public void What_means_the_same_has_one_key_and_all_that_counts_is_in_it()
    {
        var (a, b) = (Layer("a"), Layer("b"));
        var part = new ViewPart { Layers = [a] };
        static ViewSelection Globs(string? root, params string[] patterns) => ViewSelection.Matching(GlobSet.Parse(patterns, root).Set!);
        Digest Of(ViewPart p) => ViewKey.Of(new() { Parts = [p] });
        var selected = part with { Selection = ViewSelection.Of([Path("x"), Path("y")]) with { Except = [Path("1"), Path("2")] } };
        Of(selected with { Selection = ViewSelection.Of([Path("y"), Path("x"), Path("x")]) with { Except = [Path("2"), Path("1")] } }).ShouldBe(Of(selected));
        Of(part with { Selection = Globs("/w", "/w/a/**", "! b") }).ShouldBe(Of(part with { Selection = Globs(null, "a/**", "!b") }));
        ViewDirectory D(string path, params Xattr[] attributes) => new(Path(path), 1, 2, 3, new(4, 5), attributes);
        var (x, y) = (new Xattr("user.x"u8.ToArray(), []), new Xattr("user.y"u8.ToArray(), [1]));
        ViewKey.Of(new() { Parts = [part], Directories = [D("p", x, y), D("")] }).ShouldBe(ViewKey.Of(new() { Parts = [part], Directories = [D(""), D("p", y, x)] }));

        var keys = new List<Digest>
        {
            Of(part), Of(part with { Layers = [b] }), Of(part with { Layers = [a, b] }), Of(part with { Layers = [b, a] }), Of(part with { Below = Path("x") }),
            Of(part with { Prefix = Path("x") }), Of(selected), Of(part with { Selection = ViewSelection.Of([Path("x"), Path("y")]) }),
            Of(part with { Selection = ViewSelection.All with { Except = [Path("x")] } }), Of(part with { Selection = ViewSelection.Of([Path("x")]) }),
            Of(part with { Selection = Globs(null, "x") }), Of(part with { Selection = Globs(null, "x/") }), Of(part with { Selection = Globs(null, "!x", "x") }),
            ViewKey.Of(new() { Parts = [part, part] }), ViewKey.Of(new() { Parts = [] }),
            ViewKey.Of(new() { Parts = [part], OwnedBy = (0, 0) }), ViewKey.Of(new() { Parts = [part], OwnedBy = (0, 1) }),
            ViewKey.Of(new() { Parts = [part], Modified = new(0, 0) }), ViewKey.Of(new() { Parts = [part], Modified = new(0, 1) }),
            ViewKey.Of(new() { Parts = [part], Directories = [D("")] }), ViewKey.Of(new() { Parts = [part], Directories = [D("", x)] }),
            ViewKey.Of(new() { Parts = [part], Directories = [D("") with { Mode = 9 }] }), ViewKey.Of(new() { Parts = [part], Directories = [D("") with { Modified = new(4, 6) }] }),
        };
        keys.ShouldBeUnique();
    }

    [Fact]
    public void Where_two_parts_have_a_path_the_later_one_counts()
    {
        var below = Layer("d/x", "d/y", "f", "s/t/u", "z");
        var above = Layer("d/x*", "f/in*", "s*");
        Names(_store.Open(new ViewPart { Layers = [below] }, new ViewPart { Layers = [above] })).ShouldBe("/ d/ d/x=other d/y=d/y f/ f/in=other s=other z=z");
        Names(_store.Open(new ViewPart { Layers = [above] }, new ViewPart { Layers = [below] })).ShouldBe("/ d/ d/x=d/x d/y=d/y f=f s/ s/t/ s/t/u=s/t/u z=z");
        Names(_store.Open(new ViewPart { Layers = [below] }, new ViewPart { Layers = [above] }, new ViewPart { Layers = [Layer("s/new")] }))
            .ShouldBe("/ d/ d/x=other d/y=d/y f/ f/in=other s/ s/new=s/new z=z");
        Names(_store.Open(new ViewPart { Layers = [Layer("f", "g/h")] }, new ViewPart { Layers = [Layer("i")], Prefix = Path("f/p") })).ShouldBe("/ f/ f/p/ f/p/i=i g/ g/h=g/h");
    }

    [Fact]
    public void A_directory_of_a_part_keeps_its_metadata_whatever_only_leads_through_it()
    {
        var layer = _store.Add(l =>
        {
            l.Add(Folder("", 0x1c0));
            l.Add(Folder("d", 0x1c1) with { User = 70_000 });
            l.AddFile("d/f", "x");
        });
        var request = new ViewRequest
        {
            Parts = [new() { Layers = [layer] }, new() { Layers = [Layer("g")], Prefix = Path("d/e/p") }],
            Directories = [new([], 0x1f8, 9, 9, default, []), new(Path("d"), 0x1f8, 9, 9, default, []), new(Path("d/e"), 0x1f9, 1_000_000, 9, new(3, 4), [new("user.a"u8.ToArray(), [1])])],
            OwnedBy = (5, 6),
            Modified = new(7, 8),
        };
        var read = ViewStore.Read(_store.Open(request)).ToDictionary(e => Encoding.UTF8.GetString(e.Entry.Path), e => e.Entry);
        (read[""].Mode, read[""].User, read[""].Modified).ShouldBe((0x1c0u, 5u, new Timestamp(7, 8)));
        (read["d"].Mode, read["d"].User).ShouldBe((0x1c1u, 5u));
        (read["d/e"].Mode, read["d/e"].User, read["d/e"].Modified, read["d/e"].Attributes.Count).ShouldBe((0x1f9u, 1_000_000u, new Timestamp(3, 4), 1));
        (read["d/e/p/g"].User, read["d/e/p/g"].Modified).ShouldBe((5u, new Timestamp(7, 8)));
        Names(_store.Open(new ViewRequest { Parts = [] })).ShouldBe("/");
        Names(_store.Open(new ViewPart { Layers = [layer], Below = Path("d/f"), Prefix = Path("p") })).ShouldBe("/");
    }

    [Fact]
    public void A_view_of_a_view_stands_on_the_layers()
    {
        var (a, b) = (Layer("x/a"), Layer("x/b", "c"));
        var first = _store.Open(new ViewPart { Layers = [a], Prefix = Path("p") }, new ViewPart { Layers = [b], Prefix = Path("p") });
        var second = _store.Open(new ViewPart { Layers = [first.Image, Layer("p/d")], Below = Path("p"), Selection = ViewSelection.Matching(GlobSet.Parse(["**/?"]).Set!) });
        Names(second).ShouldBe("/ c=c d=p/d x/ x/a=x/a x/b=x/b");
        second.Devices.Select(d => d.Digest).Take(2).ShouldBe([a.Digest, b.Digest]);
        LayerViews.DevicesOf(second.Image).Count.ShouldBe(3);
        LayerViews.DevicesOf(a).ShouldBeEmpty();
        using var mount = _store.Mount(second);
        Shell.Run(mount.Path, "cat c d x/a x/b").ShouldBe("cp/dx/ax/b");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(130)] // a device table of several blocks
    public void A_view_may_stand_on_many_layers(int count)
    {
        var layers = Enumerable.Range(0, count).Select(i => Layer($"f{i:d3}", "shared" + (i % 2 == 0 ? "" : "*"))).ToList();
        var stack = _store.Open(new ViewPart { Layers = layers });
        stack.Devices.Count.ShouldBe(count);
        using (var mount = _store.Mount(stack))
        {
            Shell.Run(mount.Path, "cat *").ShouldBe(string.Concat(Enumerable.Range(0, count).Select(i => $"f{i:d3}")) + "other");
        }

        var parts = _store.Open([.. layers.Select((l, i) => new ViewPart { Layers = [l], Prefix = Path($"p/{i}") })]);
        using (var mount = _store.Mount(parts))
        {
            Shell.Run(mount.Path, $"find . -type f | wc -l; cat p/{count - 1}/f*; cat p/0/shared").ShouldBe($"{2 * count}\nf{count - 1:d3}shared");
        }
    }

    [Fact]
    public void Layers_that_show_no_data_are_not_stood_on()
    {
        var hidden = Layer("f");
        var above = _store.Add(l =>
        {
            l.Add(Entry(EntryKind.CharacterDevice, "f"));
            l.Add(Entry(EntryKind.File, "empty"));
            l.Add(Symlink("l", "x"));
        });
        var view = _store.Open(new ViewPart { Layers = [hidden, above] });
        view.Devices.ShouldBeEmpty();
        Names(view).ShouldBe("/ empty= l");
        using var mount = _store.Mount(view);
        Shell.Run(mount.Path, "ls -A | tr '\\n' ' '; readlink l").ShouldBe("empty l x\n");
    }

    [Fact]
    public void Large_files_with_holes_are_shown_whole()
    {
        var layer = _store.Add(l =>
        {
            l.BeginFile(Entry(EntryKind.File, "huge") with { Size = (5L << 30) + 5 });
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 5120; i++)
            {
                zeros[7] = (byte)(i == 100 ? 1 : 0);
                l.Write(zeros);
            }

            l.Write("end.."u8);
            l.EndFile();
            l.AddFile(Entry(EntryKind.File, "zeros"), new byte[1 << 20]);
        });
        using var mount = _store.Mount(_store.Open(new ViewPart { Layers = [layer], Prefix = Path("p") }));
        Shell.Run(mount.Path, "stat -c %s p/huge p/zeros; tail -c 5 p/huge; od -An -tx1 -j 104857606 -N 3 p/huge; cmp -n 1048576 p/zeros /dev/zero").ShouldBe("5368709125\n1048576\nend.. 00 01 00\n");
    }

    [Fact]
    public void A_layer_without_an_index_is_read_for_its_digests()
    {
        var layer = _store.Add(l => l.AddFile("f", "content"), withIndex: false);
        var view = _store.Open(new ViewPart { Layers = [layer] });
        Indexes(view).ShouldBe([null, Digest.Of("content"u8)]);
    }

    [Fact]
    public void A_hard_link_whose_first_name_is_not_shown_has_the_content_and_its_digest()
    {
        var layer = _store.Add(l =>
        {
            l.AddFile("a", "content");
            l.Add(HardLink("b", "a"));
            l.Add(HardLink("c", "a"));
        });
        var view = _store.Open(new ViewPart { Layers = [layer], Selection = ViewSelection.All with { Except = [Path("a")] } });
        Names(view).ShouldBe("/ b=content c->b");
        Indexes(view).ShouldBe([null, Digest.Of("content"u8), null]);
    }

    [Fact]
    public async Task An_open_view_keeps_all_it_stands_on()
    {
        var layer = Layer("f");
        var view = Open(new() { Parts = [new() { Layers = [layer] }] }).Lease!;
        layer.Dispose();
        (await _store.Layers.Public.RemoveAsync(layer.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
        (await _store.Layers.Public.RemoveAsync(view.Image.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
        view.Dispose();
        (await _store.Layers.Public.RemoveAsync(layer.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        var opening = await _store.Views.OpenAsync(view.Image.Digest, CancellationToken.None);
        (opening.Lease, opening.Missing).ShouldBe((null, layer.Digest));
        (await _store.Layers.Public.RemoveAsync(view.Image.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed); // the miss holds nothing
        (await _store.Views.OpenAsync(view.Image.Digest, CancellationToken.None)).Missing.ShouldBe(view.Image.Digest);
    }

    [Fact]
    public async Task A_view_on_a_view_that_lost_its_layer_is_a_miss()
    {
        var layer = Layer("f");
        var first = Open(new() { Parts = [new() { Layers = [layer] }] }).Lease!;
        var request = new ViewRequest { Parts = [new() { Layers = [first.Image], Prefix = Path("p") }] };
        Open(request).Lease!.Dispose();
        first.Devices[0].Dispose();
        layer.Dispose();
        (await _store.Layers.Public.RemoveAsync(layer.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        var opening = Open(request);
        (opening.Lease, opening.Missing).ShouldBe((null, layer.Digest));
        first.Dispose();
    }

    [Theory]
    [InlineData("chmod -R u+w .; truncate -s 100 image.erofs")]
    [InlineData("rm -r ../$(basename $PWD)")]
    public void A_view_that_is_damaged_or_gone_is_made_again(string loss)
    {
        var request = new ViewRequest { Parts = [new() { Layers = [Layer("f")], Prefix = Path("p") }] };
        var view = Open(request).Lease!;
        view.Dispose();
        Shell.Run(System.IO.Path.GetDirectoryName(view.Image.ImagePath)!, loss);
        var again = Open(request);
        again.WasMade.ShouldBeTrue();
        again.Lease!.Image.Digest.ShouldBe(view.Image.Digest);
        again.Lease.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:0")]
    [InlineData("sha256:000000000000000000000000000000000000000000000000000000000000000")]
    public void A_torn_record_costs_making_the_view_again(string content)
    {
        var request = new ViewRequest { Parts = [new() { Layers = [Layer("f")] }] };
        Open(request).Lease!.Dispose();
        File.WriteAllText(Directory.GetFiles(_store.Directory.Combine("layers/_public/derived")).Single(), content);
        var again = Open(request);
        again.WasMade.ShouldBeTrue();
        again.Lease!.Dispose();
    }

    [Fact]
    public async Task Collected_views_are_forgotten()
    {
        var layer = Layer("f");
        Open(new() { Parts = [new() { Layers = [layer] }] }).Lease!.Dispose();
        File.WriteAllText(_store.Directory.Combine("layers/_public/derived/tmp-dead"), "");
        File.SetLastWriteTimeUtc(_store.Directory.Combine("layers/_public/derived/tmp-dead"), DateTime.UnixEpoch);
        await _store.Layers.CollectAsync(new NoRoots(), long.MaxValue, CancellationToken.None);
        Directory.GetFiles(_store.Directory.Combine("layers/_public/derived")).Length.ShouldBe(1);
        (await _store.Layers.CollectAsync(new NoRoots(), 0, CancellationToken.None)).Removed.ShouldBe(1); // the layer is leased
        Directory.GetFiles(_store.Directory.Combine("layers/_public/derived")).ShouldBeEmpty();
        Directory.GetDirectories(_store.Directory.Combine("layers/_public")).Select(System.IO.Path.GetFileName).Order().ShouldBe([layer.Digest.Hex, "derived"]);
    }

    [Fact]
    public async Task Layers_of_a_view_are_found_where_public_bases_are()
    {
        var layer = Layer("f");
        var home = _store.Layers.Of(LayerOrg.Parse("acme"));
        var views = new LayerViews(home, [_store.Layers.Public]);
        using var view = (await views.OpenAsync(new ViewRequest { Parts = [new() { Layers = [layer] }] }, CancellationToken.None)).Lease!;
        Names(view).ShouldBe("/ f=f");
        home.Find(view.Image.Digest).ShouldNotBeNull();
        _store.Layers.Public.Find(view.Image.Digest).ShouldBeNull();
        (await new LayerViews(home, []).OpenAsync(view.Image.Digest, CancellationToken.None)).Missing.ShouldBe(layer.Digest);
    }

    [Fact]
    public async Task Many_who_want_the_same_view_get_one()
    {
        var request = new ViewRequest { Parts = [new() { Layers = [Layer("f")], Prefix = Path("p") }] };
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await _store.Views.OpenAsync(request, CancellationToken.None))));
        opened.Select(o => o.Lease!.Image.Digest).Distinct().ShouldHaveSingleItem();
        Directory.GetDirectories(_store.Directory.Combine("layers/_public")).Length.ShouldBe(3); // layer, view, derived
        foreach (var opening in opened)
        {
            opening.Lease!.Dispose();
        }
    }

    [Fact]
    public void A_path_that_a_prefix_makes_too_long_or_deep_is_refused_and_nothing_is_left()
    {
        var layer = Layer(string.Join('/', Enumerable.Repeat("d", 200)));
        var prefix = Path(string.Join('/', Enumerable.Repeat("p", 100)));
        Should.Throw<HostileArchiveException>(() => Open(new() { Parts = [new() { Layers = [layer], Prefix = prefix }] })).Fault.ShouldBe(ArchiveFault.TooLarge);
        var longer = Path(string.Join('/', Enumerable.Repeat(new string('p', 250), 15)));
        Should.Throw<HostileArchiveException>(() => Open(new() { Parts = [new() { Layers = [layer], Prefix = longer }] })).Fault.ShouldBe(ArchiveFault.TooLarge);
        Directory.GetDirectories(_store.Directory.Combine("layers/_public")).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("x//y")]
    [InlineData("x/")]
    public void A_prefix_is_a_path_of_a_tree(string prefix) => Should.Throw<Exception>(
        () => Open(new() { Parts = [new() { Layers = [Layer("f")], Prefix = Path(prefix) }] })).GetType().ShouldBeOneOf(typeof(ArgumentException), typeof(HostileArchiveException));

    [Fact]
    public void An_index_of_another_layer_is_found_out()
    {
        var (layer, other) = (Layer("f", "g"), Layer("f", "h"));
        File.Copy(other.IndexPath!, layer.IndexPath!, overwrite: true);
        Should.Throw<DamagedLayerException>(() => Open(new() { Parts = [new() { Layers = [layer] }] })).Message.ShouldContain("index");
    }

    private static List<Digest?> Indexes(ViewLease view) => [.. Layers.Indexes.LayerIndex.Open(view.Image.IndexPath!).Entries().Select(e => e.Content)];
}
