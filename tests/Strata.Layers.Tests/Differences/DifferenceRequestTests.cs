using System.Buffers.Binary;
using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Differences;

/// <summary>Uppers made by hand: what a kernel writes only in other circumstances, and the parts that can be asked for.</summary>
public sealed class DifferenceRequestTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_path_becomes_the_root()
    {
        var request = Request("mkdir -p a/b; echo 1 >a/b/f; echo 1 >a/x", "mkdir -p a/b; echo 22 >a/b/f; echo 3 >a/b/g; echo 4 >a/y");
        Names(request with { Path = "a/b"u8.ToArray() }).ShouldBe("/ f g");
        Names(request with { Path = "a"u8.ToArray() }).ShouldBe("/ b b/f b/g y");
        Names(request with { Path = "none"u8.ToArray() }).ShouldBe("absent");
        Names(request with { Path = "a/b/f"u8.ToArray() }).ShouldBe("absent");
    }

    [Fact]
    public void A_path_below_a_renamed_directory_is_found_where_it_came_from()
    {
        var request = Request("mkdir -p old/deep; echo 1 >old/deep/f", "mkdir new; mknod old c 0 0");
        Mark("new", "trusted.overlay.redirect", "/old");
        Names(request with { Path = "new/deep"u8.ToArray() }).ShouldBe("/ f");
        Names(request with { Path = "old"u8.ToArray() }).ShouldBe("absent");
        Names(request).ShouldBe("/ new new/deep new/deep/f -old");
        Mark("new", "trusted.overlay.redirect", "old");
        Names(request).ShouldBe("/ new new/deep new/deep/f -old");
    }

    [Fact]
    public void Deeper_paths_that_are_saved_elsewhere_are_left_out() => Names(
        Request("mkdir -p a/b; echo 1 >a/b/f", "mkdir -p a/b; echo 22 >a/b/f; echo 3 >a/g") with { Except = ["a/b"u8.ToArray()] }).ShouldBe("/ a a/g");

    [Fact]
    public void Only_names_of_the_base_get_whiteouts_and_nothing_becomes_opaque()
    {
        var request = Request("mkdir -p c/d; echo 1 >c/mine; echo 1 >c/image; echo 1 >c/d/mine; echo 1 >c/d/image", "mkdir -p c/d; mknod c/mine c 0 0; mknod c/image c 0 0; echo 1 >c/new");
        Mark("c/d", "trusted.overlay.opaque", "y");
        var @base = Tree("base2", "mkdir d; echo 1 >mine; echo 1 >d/mine");
        Names(request with { Path = "c"u8.ToArray(), Base = new(@base) }).ShouldBe("/ d -d/mine -mine new");
        Names(request with { Path = "c"u8.ToArray() }).ShouldBe("/ d! -image -mine new");
    }

    [Fact]
    public void Mount_points_are_left_out_with_the_time_they_changed()
    {
        var request = Request("mkdir etc; echo 1 >etc/hosts; touch -d 2001-01-01 etc .", "mkdir -p etc run/secrets; : >etc/resolv.conf; : >etc/hosts2; touch -d 2001-01-01 .");
        byte[][] mountPoints = ["etc/resolv.conf"u8.ToArray(), "run"u8.ToArray(), "run/secrets"u8.ToArray()];
        Names(request with { MountPoints = [.. mountPoints, "etc/hosts2"u8.ToArray()] }).ShouldBe("");
        Names(request with { MountPoints = mountPoints }).ShouldBe("/ etc etc/hosts2");
        Names(request).ShouldBe("/ etc etc/hosts2 etc/resolv.conf run run/secrets");
    }

    [Fact]
    public void A_mount_point_with_content_is_kept() => Names(
        Request("touch -d 2001-01-01 .", "mkdir run; echo 1 >run/f; touch -d 2001-01-01 .") with { MountPoints = ["run"u8.ToArray()] }).ShouldBe("/ run run/f");

    [Fact]
    public void Whiteouts_written_as_attributes_are_whiteouts()
    {
        var request = Request("echo 1 >f", ": >f");
        Mark("f", "trusted.overlay.whiteout", "");
        Names(request).ShouldBe("/ -f");
    }

    [Fact]
    public void Marks_in_user_attributes_count_only_where_the_overlay_uses_them()
    {
        var request = Request("mkdir d; echo 1 >d/f", "mkdir d; echo 2 >d/g");
        Mark("d", "user.overlay.opaque", "y");
        Names(request).ShouldBe("/ d d/g");
        Names(request with { UserXattr = true }).ShouldBe("/ d! d/g");
        using var difference = LayerDifference.Compute(request, CancellationToken.None);
        difference.Entries.ShouldAllBe(e => e.Entry.Attributes.Count == 0);
    }

    [Fact]
    public void Shifted_owners_capabilities_and_access_lists_are_mapped_back()
    {
        const uint shift = 100_000;
        var request = Request("mkdir d; echo 1 >d/f", $"mkdir d; echo 1 >d/f; chown -R {shift}:{shift + 5} . ; chown {shift + 1000} d/f") with { Owners = new(shift, (1 << 20) - 1) };
        var capability = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(capability, 0x03000001);
        BinaryPrimitives.WriteUInt32LittleEndian(capability.AsSpan(4), 0x2000);
        BinaryPrimitives.WriteUInt32LittleEndian(capability.AsSpan(20), shift);
        Attributes.Set(_directory.Combine("upper/d/f"), "security.capability", capability);
        using var difference = LayerDifference.Compute(request, CancellationToken.None);
        var file = difference.Entries.Single(e => Encoding.UTF8.GetString(e.Entry.Path) == "d/f").Entry;
        (file.User, file.Group).ShouldBe((1000u, 5u));
        file.Attributes.ShouldHaveSingleItem().Value.ShouldBe(Convert.FromHexString("0100000200200000000000000000000000000000"));
        difference.Entries[0].Entry.User.ShouldBe(0u);
    }

    [Fact]
    public void Owners_no_job_has_are_refused() => Should.Throw<HostileArchiveException>(
        () => Names(Request("echo 1 >f", "echo 2 >f; chown 1048576 f"))).Message.ShouldContain("1048576");

    [Fact]
    public void An_unchanged_copy_of_a_shifted_tree_is_no_change()
    {
        var request = Request("mkdir d; echo 1 >d/f", "cp -a ../base/. .; chown -R 100000:100000 .") with { Owners = new(100_000, (1 << 20) - 1) };
        Names(request).ShouldBe("");
        File.WriteAllText(_directory.Combine("upper/d/f"), "2\n");
        Shell.Run(_directory.Path, "touch -r base/d/f upper/d/f");
        Names(request).ShouldBe("/ d d/f");
    }

    [Fact]
    public void A_subtree_can_be_moved_under_a_prefix() => string.Join(
        ' ',
        Tree("base", "mkdir -p a/b; echo 1 >a/b/f; ln a/b/f a/g; echo 2 >h").Entries("a"u8.ToArray(), "x/y"u8.ToArray())
            .Select(e => $"{Encoding.UTF8.GetString(e.Entry.Path)}{(e.Entry.Kind is EntryKind.HardLink ? $"={Encoding.UTF8.GetString(e.Entry.Link)}" : "")}"))
        .ShouldBe("x/y x/y/b x/y/b/f x/y/g=x/y/b/f");

    [Theory]
    [InlineData(1, 100, 1, false)]
    [InlineData(8, 100, 50, false)]
    [InlineData(2, 100, 49, true)]
    [InlineData(9, 100, 100, true)]
    [InlineData(2, 0, 0, false)]
    public void Many_layers_or_many_hidden_bytes_are_squashed(int layers, long total, long visible, bool expected) =>
        SquashPolicy.ShouldSquash(layers, total, visible).ShouldBe(expected);

    [Fact]
    public void A_snapshot_is_named_by_its_layers_in_their_order()
    {
        var (a, b) = (Core.Digest.Of("a"u8), Core.Digest.Of("b"u8));
        new Snapshot([a, b]).ShouldBe(new Snapshot([a]).With(b));
        new Snapshot([a, b]).Digest.ShouldNotBe(new Snapshot([b, a]).Digest);
        new Snapshot([a, b]).Digest.ShouldBe(Core.Digest.Of(Encoding.UTF8.GetBytes($$"""{"format":"strata.snapshot/1","layers":["{{a}}","{{b}}"]}""")));
    }

    private MergedTree Tree(string name, string script)
    {
        var directory = _directory.Combine(name);
        Directory.CreateDirectory(directory);
        Shell.Run(directory, script);
        LayerPacker.FromDirectoryAsync(directory, new(directory + ".erofs", directory + ".index"), PackOptions.Default, CancellationToken.None).GetAwaiter().GetResult();
        return MergedTree.Of([LayerIndex.Open(directory + ".index")]);
    }

    private DifferenceRequest Request(string @base, string upper)
    {
        var lowers = Tree("base", @base);
        Directory.CreateDirectory(_directory.Combine("upper"));
        Shell.Run(_directory.Combine("upper"), upper);
        return new()
        {
            Upper = _directory.Combine("upper"),
            Lowers = lowers,
            OpenLower = e => File.OpenHandle(_directory.Combine("base", Encoding.UTF8.GetString(e.PathInLayer))),
        };
    }

    private void Mark(string name, string attribute, string value) => Attributes.Set(_directory.Combine("upper", name), attribute, Encoding.UTF8.GetBytes(value));

    private static string Names(DifferenceRequest request)
    {
        using var difference = LayerDifference.Compute(request, CancellationToken.None);
        return !difference.IsPresent ? "absent" : string.Join(
            ' ',
            difference.Entries.Select(e => (e.Entry.IsWhiteout ? "-" : "")
                + (e.Entry.Path.Length == 0 ? "/" : Encoding.UTF8.GetString(e.Entry.Path))
                + (e.Entry.Attributes.Any(a => Encoding.UTF8.GetString(a.Name) == "trusted.overlay.opaque") ? "!" : "")));
    }
}
