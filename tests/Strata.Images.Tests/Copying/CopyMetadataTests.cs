using System.Text;
using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using static Strata.Images.Tests.Copying.CopyStore;

namespace Strata.Images.Tests.Copying;

/// <summary>Modes, owners, times, links, attributes and names.</summary>
public sealed class CopyMetadataTests : IDisposable
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\nnodes:x:7:7::/:/bin/sh\nbroken:x:nan:1:::\n";
    private const string Group = "root:x:0:\nnode:x:1001:\nstaff:x:50:node\n";

    private readonly CopyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void All_that_a_copy_makes_has_the_time_of_builds_and_what_the_image_has_keeps_its_own()
    {
        var image = _store.Layer((Folder("opt", 0x1c0) with { User = 5, Group = 6, Modified = new(77, 8) }, ""), (Folder("opt/tools", 0x1c0) with { User = 7 }, ""));
        var source = _store.Layer((Folder("t", 0x1ff), ""), (Folder("t/tools", 0x1ff), ""), (File("t/tools/x", 0x1ed), "x"), (Folder("t/made", 0x1c0), ""), (Link("t/l", "x"), ""));
        var copied = Read(_store.Commit(_store.Plan(_store.Request(Step("t", "/opt"), source, image)))).ConvertAll(static e => e.Entry);
        copied.ConvertAll(static e => Encoding.UTF8.GetString(e.Path)).ShouldBe(["", "opt", "opt/l", "opt/made", "opt/tools", "opt/tools/x"]);
        copied.Where(static e => e.Modified == BuildTime.Epoch).Select(static e => Encoding.UTF8.GetString(e.Path)).ShouldBe(["opt/l", "opt/made", "opt/tools/x"]);
        (copied[1].Mode, copied[1].User, copied[1].Group, copied[1].Modified).ShouldBe((0x1c0u, 5u, 6u, new(77, 8)));
        (copied[4].Mode, copied[4].User).ShouldBe((0x1c0u, 7u));
        copied[3].Mode.ShouldBe(0x1c0u);
    }

    [Fact]
    public void A_mode_is_that_of_files_and_directories_can_be_entered_by_who_may_read_them()
    {
        var source = _store.Layer((Folder("t", 0x1ff), ""), (Folder("t/d", 0x1ff), ""), (File("t/d/x", 0x1ed), "x"), (File("t/empty", 0x180), ""), (Link("t/l", "d"), ""));
        var step = Step("t", "/opt") with { Mode = 0x1a0 }; // 0640
        _store.Copy(_store.Request(step, source, _store.Layer("etc/"))).ShouldBe(["opt/ 755", "opt/d/ 750", "opt/d/x 640 =x", "opt/empty 640 =", "opt/l -> d"]);
    }

    [Theory]
    [InlineData("1000", 1000, 1000)]
    [InlineData("1000:0", 1000, 0)]
    [InlineData("node", 1000, 1001)]
    [InlineData("node:staff", 1000, 50)]
    [InlineData("0:node", 0, 1001)]
    [InlineData("1048575:1048575", 1048575, 1048575)]
    public void An_owner_is_a_number_or_a_name_of_the_image(string owner, uint user, uint group)
    {
        var image = _store.Layer((Folder("etc"), ""), (File("etc/passwd"), Passwd), (Folder("lib"), ""), (File("lib/group"), Group), (Link("etc/group", "../lib/group"), ""), (Folder("opt"), ""));
        var step = Step("t", "/opt/new/place") with { Owner = owner };
        var copied = Read(_store.Commit(_store.Plan(_store.Request(step, _store.Layer("t/", "t/d/", "t/d/x"), image))));
        copied.ConvertAll(static e => (Encoding.UTF8.GetString(e.Entry.Path), (e.Entry.User, e.Entry.Group))).ShouldBe([
            ("", (0, 0)), ("opt", (0, 0)), ("opt/new", (0, 0)), ("opt/new/place", (user, group)), ("opt/new/place/d", (user, group)), ("opt/new/place/d/x", (user, group)),
        ]);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("node:nobody")]
    [InlineData("nod")]
    [InlineData("broken")]
    [InlineData("")]
    [InlineData(":0")]
    [InlineData("0:")]
    [InlineData("node:staff:more")]
    [InlineData("-1")]
    [InlineData("1048576")]
    [InlineData("99999999999999999999")]
    [InlineData("0:4294967295")]
    public void An_owner_the_image_does_not_know_is_refused(string owner)
    {
        var image = _store.Layer((Folder("etc"), ""), (File("etc/passwd"), Passwd), (File("etc/group"), Group));
        var thrown = Should.Throw<UserErrorException>(() => _store.Copy(_store.Request(Step("t", "/o") with { Owner = owner }, _store.Layer("t"), image)));
        thrown.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3164");
    }

    [Fact]
    public void An_image_without_users_is_no_reason_to_fail_for_numbers()
    {
        _store.Copy(_store.Request(Step("t", "/o") with { Owner = "3:4" }, _store.Layer("t"), _store.Layer("x"))).ShouldBe(["o 644 3:4 =content of t"]);
        Should.Throw<UserErrorException>(() => _store.Copy(_store.Request(Step("t", "/o") with { Owner = "root" }, _store.Layer("t"), _store.Layer("x"))));
    }

    [Fact]
    public void Set_id_bits_come_from_images_alone_and_devices_from_neither()
    {
        var source = _store.Layer((Folder("t"), ""), (Device("t/dev", 1, 3), ""), (File("t/su", 0x9ed), "x"), (Folder("t/tmp", 0x3ff), ""));
        var request = _store.Request(Step("t", "/o"), source, _store.Layer("x"));
        _store.Copy(request).ShouldBe(["o/ 755", "o/su 755 =x", "o/tmp/ 777"]);
        _store.Copy(request with { FromWorkspace = false }).ShouldBe(["o/ 755", "o/su 4755 =x", "o/tmp/ 1777"]);
    }

    [Fact]
    public void Attributes_are_kept_but_access_lists_give_way_to_a_mode()
    {
        Xattr capability = new("security.capability"u8.ToArray(), [1, 2]), list = new("system.posix_acl_access"u8.ToArray(), [3]);
        var source = _store.Layer((File("x", 0x1ed) with { Attributes = [capability, list] }, "x"));
        string[] Names(RecipeStep.Copy step) => [.. Read(_store.Commit(_store.Plan(_store.Request(step, source, _store.Layer("y")))))[^1].Entry.Attributes.Select(static a => Encoding.ASCII.GetString(a.Name))];
        Names(Step("x", "/o")).ShouldBe(["security.capability", "system.posix_acl_access"]);
        Names(Step("x", "/o") with { Mode = 0x1ed }).ShouldBe(["security.capability"]);
    }

    [Fact]
    public void Names_of_one_file_stay_one_file_whichever_of_them_are_copied()
    {
        var image = _store.Layer(
            (Folder("a"), ""), (File("a/1"), "same"), (HardLink("a/2", "a/1"), ""), (HardLink("a/3", "a/1"), ""), (Folder("b"), ""), (File("b/1"), "other"));
        var request = _store.Request(Step("a", "/o"), image, _store.Layer("x")) with { FromWorkspace = false };
        _store.Copy(request).ShouldBe(["o/ 755", "o/1 644 =same", "o/2 == o/1", "o/3 == o/1"]);
        _store.Copy(request with { Step = Step("a", "/o") with { Exclude = ["a/1"] } }).ShouldBe(["o/ 755", "o/2 644 =same", "o/3 == o/2"]);
        _store.Copy(request with { Step = Step(["a", "b"], "/o") }).ShouldBe(["o/ 755", "o/1 644 =other", "o/2 644 =same", "o/3 == o/2"]);
        _store.Copy(request with { Step = Step("a/3", "/o") }).ShouldBe(["o 644 =same"]);
    }

    [Fact]
    public void Items_that_bring_a_file_and_a_directory_of_one_name_are_refused()
    {
        var source = _store.Layer("a/", "a/x", "b/", "b/x/");
        var thrown = Should.Throw<UserErrorException>(() => _store.Copy(_store.Request(Step(["a", "b"], "/o"), source, _store.Layer("y"))));
        thrown.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3162");
    }

    [Fact]
    public void Another_image_is_read_with_its_own_removals_and_links_and_paths_from_its_root()
    {
        var bottom = _store.Layer((Folder("usr"), ""), (Folder("usr/lib"), ""), (File("usr/lib/so"), "so"), (File("usr/lib/gone"), "gone"), (Link("lib", "usr/lib"), ""));
        var top = _store.Layer((Folder("usr"), ""), (Folder("usr/lib"), ""), (Device("usr/lib/gone", 0, 0), ""), (File("usr/lib/new"), "new"));
        var request = _store.Request(Step("/lib/", "/o"), bottom, _store.Layer("x")) with { FromWorkspace = false, From = [bottom, top] };
        _store.Copy(request).ShouldBe(["o/ 755", "o/new 644 =new", "o/so 644 =so"]);
        _store.Copy(request with { Step = Step("/lib/s*", "/o") }).ShouldBe(["o/ 755", "o/so 644 =so"]);
        Should.Throw<UserErrorException>(() => _store.Copy(request with { Step = Step("/lib/gone", "/o") })).Message.ShouldBe("Nothing in the image copied from matches '/lib/gone'.");
    }

    [Fact]
    public void The_image_below_shows_what_its_layers_show_together()
    {
        var bottom = _store.Layer((Folder("opt", 0x1c0), ""), (Folder("opt/a"), ""), (File("opt/b"), "b"), (Folder("srv"), ""), (Folder("srv/deep"), ""));
        var top = _store.Layer(
            (Folder("opt", 0x1c9), ""), (Device("opt/a", 0, 0), ""), (Device("opt/b", 0, 0), ""), (Folder("opt/b2"), ""),
            (Folder("srv", 0x1ff) with { Attributes = [new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray())] }, ""));
        var source = _store.Layer("t/", "t/a", "t/b/", "t/b/x");
        var request = _store.Request(Step("t", "/opt"), source, bottom, top);
        _store.Copy(request).ShouldBe(["opt/ 711", "opt/a 644 =content of t/a", "opt/b/ 755", "opt/b/x 644 =content of t/b/x"]);
        var srv = Read(_store.Commit(_store.Plan(request with { Step = Step("t/a", "/srv/deep") })));
        srv[^1].Entry.Kind.ShouldBe(EntryKind.File); // srv/deep is hidden: the file becomes it
        srv[1].Entry.Attributes.ShouldBeEmpty(); // and what this layer has of srv hides nothing
    }

    [Fact]
    public void Names_may_be_anything_but_a_slash()
    {
        byte[][] names = ["a\nb"u8.ToArray(), [0xff, 0xfe], "\u001b[2J"u8.ToArray(), "..."u8.ToArray(), " "u8.ToArray(), "\\*"u8.ToArray(), Encoding.ASCII.GetBytes(new string('n', 255))];
        var source = _store.Layer([(Folder("t"), ""), .. names.Select(static n => (File("t") with { Path = [.. "t/"u8, .. n] }, "x"))]);
        var copied = Read(_store.Commit(_store.Plan(_store.Request(Step("t", "/o"), source, _store.Layer("y")))));
        copied.ConvertAll(static e => e.Entry.Path).ShouldBe([[], [.. "o"u8], .. names.Select(static byte[] (n) => [.. "o/"u8, .. n]).OrderBy(static n => Convert.ToHexString(n), StringComparer.Ordinal)]);
        _store.Copy(_store.Request(Step("t/a\nb", "/o"), source, _store.Layer("y"))).ShouldBe(["o 644 =x"]);
        _store.Copy(_store.Request(Step("t/\\\\\\*", "/o"), source, _store.Layer("y"))).ShouldBe(["o 644 =x"]);
        _store.Copy(_store.Request(Step("t/a?b", "/o"), source, _store.Layer("y"))).ShouldBe(["o/ 755", "o/a\nb 644 =x"]);
    }
}
