using Strata.Core.Diagnostics;
using Strata.Images.Copying;
using static Strata.Images.Tests.Copying.CopyStore;

namespace Strata.Images.Tests.Copying;

/// <summary>What goes where.</summary>
public sealed class CopyPlaceTests : IDisposable
{
    private readonly CopyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("tools", "/opt", "opt/ 755|opt/a 644 =content of tools/a|opt/sub/ 755|opt/sub/b 644 =content of tools/sub/b")]
    [InlineData("tools/", "/opt/", "opt/ 755|opt/a 644 =content of tools/a|opt/sub/ 755|opt/sub/b 644 =content of tools/sub/b")]
    [InlineData("./tools/**", "opt", "opt/ 755|opt/a 644 =content of tools/a|opt/sub/ 755|opt/sub/b 644 =content of tools/sub/b")]
    [InlineData("tools/*/b", "/x/y", "x/ 755|x/y/ 755|x/y/sub/ 755|x/y/sub/b 644 =content of tools/sub/b")]
    [InlineData("**/b", "/", "tools/ 755|tools/sub/ 755|tools/sub/b 644")]
    [InlineData("tools/s*", "/o", "o/ 755|o/sub/ 755|o/sub/b 644 =content of tools/sub/b")]
    [InlineData("tools/?", "/o", "o/ 755|o/a 644 =content of tools/a")]
    [InlineData("tools/a", "/o", "o 644 =content of tools/a")]
    [InlineData("tools/a", "/o/", "o/ 755|o/a 644 =content of tools/a")]
    [InlineData("tools/a", "/o/.", "o/ 755|o/a 644 =content of tools/a")]
    [InlineData("tools/a", "/etc", "etc/ 711 3:4|etc/a 644 =content of tools/a")]
    [InlineData("tools/a", "/etc/file", "etc/ 711 3:4|etc/file 644 =content of tools/a")]
    [InlineData("tools/a", "/", "a 644 =content of tools/a")]
    [InlineData("tools/a", "etc/new", "etc/ 711 3:4|etc/new 644 =content of tools/a")]
    [InlineData("tools/sub", "/link", "etc/ 711 3:4|etc/b 644 =content of tools/sub/b")]
    [InlineData("tools/a", "/link/x/", "etc/ 711 3:4|etc/x/ 755|etc/x/a 644 =content of tools/a")]
    [InlineData("tools/a", "/to-file", "etc/ 711 3:4|etc/file 644 =content of tools/a")]
    [InlineData("tools/a", "/to-nothing", "new/ 755|new/place 644 =content of tools/a")]
    [InlineData("current", "/o", "o 644 =content of tools/a")] // what is named itself is followed
    [InlineData("current", "/o/", "o/ 755|o/current 644 =content of tools/a")]
    [InlineData("through/b", "/o", "o 644 =content of tools/sub/b")]
    [InlineData("c*t", "/o", "o/ 755|o/current -> tools/a")] // what a pattern finds is not
    [InlineData("empty", "/o", "o/ 755")]
    public void Files_go_where_the_rules_say(string from, string to, string expected)
    {
        var source = _store.Layer(
            (Link("current", "tools/a"), ""), (Folder("empty"), ""), (Link("through", "tools/./sub"), ""), (Folder("tools"), ""), (File("tools/a"), "content of tools/a"),
            (Folder("tools/sub"), ""), (File("tools/sub/b"), "content of tools/sub/b"));
        _store.Copy(_store.Request(Step(from, to), source, Image())).ShouldBe(expected.Split('|'));
    }

    [Fact]
    public void A_relative_target_begins_at_the_working_directory()
    {
        var request = _store.Request(Step("a", "b/"), _store.Layer("a"), Image()) with { WorkingDirectory = "/link/deep" };
        _store.Copy(request).ShouldBe(["etc/ 711 3:4", "etc/deep/ 755", "etc/deep/b/ 755", "etc/deep/b/a 644 =content of a"]);
        _store.Copy(request with { Step = Step("a", ".") }).ShouldBe(["etc/ 711 3:4", "etc/deep/ 755", "etc/deep/a 644 =content of a"]);
    }

    [Fact]
    public void Several_items_go_into_one_directory_and_the_later_one_counts()
    {
        var source = _store.Layer("a", "one/", "one/a", "one/b", "two/", "two/b", "two/c");
        _store.Copy(_store.Request(Step(["one", "two", "a"], "/o"), source, Image()))
            .ShouldBe(["o/ 755", "o/a 644 =content of a", "o/b 644 =content of two/b", "o/c 644 =content of two/c"]);
        _store.Copy(_store.Request(Step(["a", "two/b"], "/o"), source, Image()))
            .ShouldBe(["o/ 755", "o/a 644 =content of a", "o/b 644 =content of two/b"]);
    }

    [Fact]
    public void What_is_excluded_is_not_copied_and_paths_of_exclude_begin_where_those_of_from_do()
    {
        var source = _store.Layer("s/", "s/a.c", "s/a.o", "s/gen/", "s/gen/x.c", "s/t/", "s/t/gen/", "s/t/gen/y.c", "s/t/b.o");
        string[] Copied(string from, params string[] exclude) =>
            [.. _store.Copy(_store.Request(Step(from, "/o") with { Exclude = exclude }, source, Image())).Select(l => l.Split(' ')[0])];
        Copied("s", "**/*.o", "s/gen").ShouldBe(["o/", "o/a.c", "o/t/", "o/t/gen/", "o/t/gen/y.c"]);
        Copied("s/*", "**/gen/").ShouldBe(["o/", "o/a.c", "o/a.o", "o/t/", "o/t/b.o"]);
        Copied("s/t", "gen", "*.o", "t/**").ShouldBe(["o/", "o/b.o", "o/gen/", "o/gen/y.c"]); // none of them is in s/t
        Copied("s/t", "s/*/b.o").ShouldBe(["o/", "o/gen/", "o/gen/y.c"]);
        Code(() => Copied("s/t", "s")).ShouldBe("STR3160");
        Code(() => Copied("s/a.c", "**/*.c")).ShouldBe("STR3160");
        Code(() => Copied("s/*.c", "**/*.c")).ShouldBe("STR3160");
    }

    [Theory]
    [InlineData("nothing", "/o", "STR3160")]
    [InlineData("a/x", "/o", "STR3160")]
    [InlineData("a/", "/o", "STR3160")] // it is a file
    [InlineData("*.none", "/o", "STR3160")]
    [InlineData("a/*", "/o", "STR3160")]
    [InlineData("loop", "/o", "STR3160")]
    [InlineData("out", "/o", "STR3160")]
    [InlineData("../a", "/o", "STR3161")]
    [InlineData("d/../a", "/o", "STR3161")]
    [InlineData("/a", "/o", "STR3161")]
    [InlineData("", "/o", "STR3161")]
    [InlineData("!a", "/o", "STR3161")]
    [InlineData("a\0b", "/o", "STR3161")]
    [InlineData("a", "/../o", "STR3163")]
    [InlineData("a", "..", "STR3163")]
    [InlineData("a", "/o\0", "STR3163")]
    [InlineData("a", "", "STR3163")]
    [InlineData("a", "/etc/file/x", "STR3163")]
    [InlineData("a", "/loop/x", "STR3163")]
    [InlineData("a", "/out/x", "STR3163")]
    [InlineData("d", "/etc/file", "STR3162")]
    [InlineData("a", "/etc/file/", "STR3162")]
    [InlineData("d", "/", "STR3162")] // its file 'etc' is a directory there
    [InlineData("e", "/", "STR3162")] // its directory 'link' is a link there
    public void What_cannot_be_copied_is_said_at_its_line(string from, string to, string code)
    {
        var source = _store.Layer(
            (File("a"), "a"), (Folder("d"), ""), (File("d/etc"), "x"), (Folder("e"), ""), (Folder("e/link"), ""), (Link("loop", "loop"), ""), (Link("out", "../../etc/passwd"), ""));
        var image = _store.Layer(
            (Folder("etc"), ""), (File("etc/file"), "f"), (Link("link", "etc"), ""), (Link("loop", "loop"), ""), (Link("out", "../x"), ""));
        Code(() => _store.Copy(_store.Request(Step(from, to), source, image))).ShouldBe(code);
    }

    [Fact]
    public void A_path_that_is_too_long_or_too_deep_is_refused()
    {
        var name = new string('n', 255);
        var source = _store.Layer(name);
        Code(() => _store.Copy(_store.Request(Step(name, "/" + new string('n', 256)), source, Image()))).ShouldBe("STR3163");
        Code(() => _store.Copy(_store.Request(Step(name, "/x" + string.Concat(Enumerable.Repeat("/" + name, 16))), source, Image()))).ShouldBe("STR3163");
        Code(() => _store.Copy(_store.Request(Step(name, string.Concat(Enumerable.Repeat("/" + name, 15)) + "/" + new string('n', 200) + "/"), source, Image()))).ShouldBe("STR3165");
        Code(() => _store.Copy(_store.Request(Step(name, string.Concat(Enumerable.Repeat("/d", 256)) + "/"), source, Image()))).ShouldBe("STR3165");
        _store.Copy(_store.Request(Step(name, string.Concat(Enumerable.Repeat("/d", 255)) + "/"), source, Image())).Count.ShouldBe(256);
    }

    [Fact]
    public void A_file_that_git_ignores_is_said_to_be_there()
    {
        var workspace = Directory.CreateTempSubdirectory("strata-copy-");
        try
        {
            System.IO.File.WriteAllText(Path.Combine(workspace.FullName, "ignored"), "");
            var request = _store.Request(Step("ignored", "/o"), _store.Layer("a"), Image()) with { Workspace = workspace.FullName };
            Diagnosed(() => _store.Copy(request)).Help!.ShouldContain("git ignores it");
            Diagnosed(() => _store.Copy(request with { Step = Step("other", "/o") })).Help!.ShouldNotContain("git");
            Diagnosed(() => _store.Copy(request with { FromWorkspace = false })).Help!.ShouldBe("Check the spelling; paths and patterns are relative to the root of the image copied from.");
        }
        finally
        {
            workspace.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_item_has_to_match_something_and_every_wrong_path_is_named()
    {
        var source = _store.Layer("a.c");
        Diagnosed(() => _store.Copy(_store.Request(Step(["*.c", "*.h"], "/o"), source, Image()))).Message.ShouldBe("Nothing in the workspace matches '*.h'.");
        var thrown = Should.Throw<UserErrorException>(() => _store.Copy(_store.Request(Step(["../x", "/y"], "/o") with { Exclude = ["../z"] }, source, Image())));
        thrown.Diagnostics.Select(d => d.Code).ShouldBe(["STR3161", "STR3161", "STR3161"]);
        thrown.Diagnostics.ShouldAllBe(d => d.At == At);
    }

    private Strata.Layers.Store.LayerLease Image() => _store.Layer(
        (Folder("etc", 0x1c9) with { User = 3, Group = 4 }, ""), (File("etc/file"), "old"), (Link("link", "etc"), ""), (Link("to-file", "/link/file"), ""),
        (Link("to-nothing", "new/place"), ""));

    private static string Code(Action copy) => Diagnosed(copy).Code;

    private static Diagnostic Diagnosed(Action copy)
    {
        var diagnostic = Should.Throw<UserErrorException>(copy).Diagnostics.ShouldHaveSingleItem();
        diagnostic.At.ShouldBe(At);
        return diagnostic;
    }
}
