using System.Diagnostics.CodeAnalysis;
using Strata.Layers.Tests.Trees;

namespace Strata.Layers.Tests.Packing;

public sealed class HostileArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SuppressMessage("Performance", "CA1861", Justification = "A table.")]
    public static TheoryData<string, byte[], ArchiveFault, string> Corpus() => new()
    {
        { "parent", new TarBuilder().File("../canary/evil").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "parent inside", new TarBuilder().Directory("a/").File("a/../../canary/evil").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "parent at the end", new TarBuilder().Directory("a/..").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "absolute", new TarBuilder().File("/tmp/strata-evil").Finished(), ArchiveFault.Unsafe, "absolute" },
        { "pax path", new TarBuilder().Pax(("path", "../canary/evil")).File("good").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "GNU long name", new TarBuilder().Member("././@LongLink", 'L', content: "../canary/evil\0"u8.ToArray()).File("good").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "NUL in a name", new TarBuilder().Pax(("path", "a\0b")).File("good").Finished(), ArchiveFault.Unsafe, "NUL" },
        { "through a link", new TarBuilder().Link("out", "../../../canary").File("out/evil").Finished(), ArchiveFault.Unsafe, "through the link out" },
        { "through a link to a directory", new TarBuilder().Link("a", "..").Directory("a/b").Finished(), ArchiveFault.Unsafe, "through the link a" },
        { "below a file", new TarBuilder().File("a").File("a/b").Finished(), ArchiveFault.Unsafe, "not a directory" },
        { "hard link outside", new TarBuilder().HardLink("a", "../canary/secret").Finished(), ArchiveFault.Unsafe, "'..'" },
        { "absolute hard link", new TarBuilder().HardLink("a", "/etc/passwd").Finished(), ArchiveFault.Unsafe, "absolute" },
        { "hard link to nothing", new TarBuilder().HardLink("a", "b").Finished(), ArchiveFault.Unsafe, "does not come before" },
        { "hard link through a link", new TarBuilder().Link("l", "/etc").HardLink("a", "l/passwd").Finished(), ArchiveFault.Unsafe, "does not come before" },
        { "hard link to a directory", new TarBuilder().Directory("d").HardLink("a", "d").Finished(), ArchiveFault.Unsafe, "directory" },
        { "file over a full directory", new TarBuilder().File("d/x").File("d").Finished(), ArchiveFault.Unsafe, "not empty" },
        { "root is a file", new TarBuilder().File(".").Finished(), ArchiveFault.Unsafe, "root" },
        { "link with content", new TarBuilder().Member("a", '2', "b", content: new byte[512]).Finished(), ArchiveFault.Unsafe, "content" },
        { "owner over the range", new TarBuilder().File("a", user: 1 << 20).Finished(), ArchiveFault.Unsafe, "owner 1048576" },
        { "empty link", new TarBuilder().Link("a", "").Finished(), ArchiveFault.Unsafe, "link target" },
        { "global path", new TarBuilder().Extended('g', ("path", "x")).File("a").Finished(), ArchiveFault.Unsafe, "global" },
        { "a bad capability", new TarBuilder().Pax(("SCHILY.xattr.security.capability", "xx")).File("a").Finished(), ArchiveFault.Unsafe, "attribute" },
        { "an access list without its end", new TarBuilder().Pax(("SCHILY.xattr.system.posix_acl_access", "\u0002\u0000\u0000\u0000\u0001\u0000\u0006\u0000\u0000\u0000\u0000\u0000")).File("a").Finished(), ArchiveFault.Unsafe, "attribute" },
        { "an access list out of order", new TarBuilder().Pax(("SCHILY.xattr.system.posix_acl_access", "\u0002\u0000\u0000\u0000\u0004\u0000\u0004\u0000\u0000\u0000\u0000\u0000\u0001\u0000\u0006\u0000\u0000\u0000\u0000\u0000\u0020\u0000\u0004\u0000\u0000\u0000\u0000\u0000")).File("a").Finished(), ArchiveFault.Unsafe, "attribute" },
        { "an access list without a mask", new TarBuilder().Pax(("SCHILY.xattr.system.posix_acl_access", "\u0002\u0000\u0000\u0000\u0001\u0000\u0006\u0000\u0000\u0000\u0000\u0000\u0002\u0000\u0006\u0000\u0000\u0000\u0000\u0000\u0004\u0000\u0004\u0000\u0000\u0000\u0000\u0000\u0020\u0000\u0004\u0000\u0000\u0000\u0000\u0000")).File("a").Finished(), ArchiveFault.Unsafe, "attribute" },
        { "removal of nothing", new TarBuilder().File(".wh.").Finished(), ArchiveFault.Unsafe, "removes no name" },
        { "removal of the parent", new TarBuilder().File("d/.wh...").Finished(), ArchiveFault.Unsafe, "removes no name" },
        { "removal through a link", new TarBuilder().Link("out", "../../canary").File("out/.wh.secret").Finished(), ArchiveFault.Unsafe, "through the link out" },
        { "opaque through a link", new TarBuilder().Link("out", "../../canary").File("out/.wh..wh..opq").Finished(), ArchiveFault.Unsafe, "through the link out" },
        { "long component", new TarBuilder().Pax(("path", new string('a', 256))).File("x").Finished(), ArchiveFault.TooLarge, "255" },
        { "long path", new TarBuilder().Pax(("path", string.Concat(Enumerable.Repeat("abcdefg/", 520)))).File("x").Finished(), ArchiveFault.TooLarge, "4095" },
        { "deep path", new TarBuilder().Pax(("path", string.Concat(Enumerable.Repeat("a/", 300)))).File("x").Finished(), ArchiveFault.TooLarge, "components" },
        { "huge file", new TarBuilder().Member("a", '0', size: 1L << 32).Finished(), ArchiveFault.TooLarge, "unpacks to more" },
        { "huge by pax", new TarBuilder().Pax(("size", "999999999999")).File("a").Finished(), ArchiveFault.TooLarge, "unpacks to more" },
        { "huge header", new TarBuilder().Member("a", 'x', size: 1L << 30).Finished(), ArchiveFault.TooLarge, "extended header" },
        { "many names", Many(i => $"f{i}"), ArchiveFault.TooLarge, "more than 100 names" },
        { "many entries of one name", Many(_ => "f"), ArchiveFault.TooLarge, "more than 100 entries" },
        { "sparse", new TarBuilder().Member("a", 'S').Finished(), ArchiveFault.Unsupported, "sparse" },
        { "pax sparse", new TarBuilder().Pax(("GNU.sparse.major", "1")).File("a").Finished(), ArchiveFault.Unsupported, "parse" },
        { "unknown type", new TarBuilder().Member("a", 'Z').Finished(), ArchiveFault.Unsupported, "0x5a" },
        { "wrong checksum", new TarBuilder().File("a").Member("b", '0', rightChecksum: false).Finished(), ArchiveFault.Damaged, "after a" },
        { "no archive", "Hello, I am no archive. "u8.ToArray().Concat(new byte[1000]).ToArray(), ArchiveFault.Damaged, "not a tar" },
        { "empty", [], ArchiveFault.Damaged, "empty" },
        { "no end mark", new TarBuilder().File("a", "b").Unfinished(), ArchiveFault.Damaged, "no end mark" },
        { "cut in a header", new TarBuilder().File("a", "b").File("c").Unfinished()[..1300], ArchiveFault.Damaged, "inside a header" },
        { "cut in a file", new TarBuilder().File("a", new string('x', 2000)).Unfinished()[..1500], ArchiveFault.Damaged, "inside a file" },
        { "size is no number", new TarBuilder().Member("a", '0', rawSize: "12z").Finished(), ArchiveFault.Damaged, "size" },
        { "negative size", new TarBuilder().Member("a", '0', rawSize: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe").Finished(), ArchiveFault.Damaged, "negative" },
        { "record length", new TarBuilder().Member("x", 'x', content: "99999 path=a\n"u8.ToArray()).File("a").Finished(), ArchiveFault.Damaged, "length" },
        { "header without member", new TarBuilder().Pax(("path", "a")).Finished(), ArchiveFault.Damaged, "no member follows" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Pitfall_15_it_is_refused_with_its_reason_and_leaves_nothing(string name, byte[] archive, ArchiveFault fault, string reason)
    {
        _directory.Write("canary/secret", "unchanged");
        var store = new ArchiveStore(_directory);

        var refusal = await Should.ThrowAsync<HostileArchiveException>(() => store.ImportAsync(archive, new() { Limits = new(1 << 20, 100) }), name);

        refusal.Message.ShouldContain(reason);
        refusal.Fault.ShouldBe(fault);
        ArchiveDiagnostics.Refused("evil.tar", refusal, null).Code.ShouldBe(CodeOf(fault));
        store.ShouldHoldNothing();
        Directory.GetFileSystemEntries(_directory.Path).Order(StringComparer.Ordinal).ShouldBe([_directory.Combine("canary"), _directory.Combine("data")]);
        Directory.GetFileSystemEntries(_directory.Combine("canary")).ShouldBe([_directory.Combine("canary/secret")]);
        (await File.ReadAllTextAsync(_directory.Combine("canary/secret"))).ShouldBe("unchanged");
        File.Exists("/tmp/strata-evil").ShouldBeFalse();
    }

    [Fact]
    public async Task Links_that_lead_outside_are_kept_and_never_followed()
    {
        _directory.Write("canary/secret", "unchanged");
        var store = new ArchiveStore(_directory);
        var layer = await store.ImportAsync(
            new TarBuilder().Pax(("SCHILY.xattr.user.a", "dropped")).Link("secret", _directory.Combine("canary/secret")).HardLink("same", "secret").Finished());
        Shell.Run(await store.ExtractAsync(layer), "chmod -R o-r . ; readlink same").ShouldBe(_directory.Combine("canary/secret") + "\n");
        Shell.Run(_directory.Combine("canary"), "cat secret; stat -c ' %h %u' secret").ShouldBe("unchanged 1 0\n");
        File.GetLastWriteTimeUtc(_directory.Combine("canary/secret")).Year.ShouldBeGreaterThan(2001); // the link's own is of 2001
    }

    [Fact]
    public void Names_in_messages_cannot_move_the_cursor() =>
        Posix.PosixPath.Show("a\u001b[2J\nb"u8).ShouldBe("a\\u001b[2J\\u000ab");

    private static string CodeOf(ArchiveFault fault) => fault switch
    {
        ArchiveFault.Unsafe => "STR3201",
        ArchiveFault.Damaged => "STR3202",
        ArchiveFault.TooLarge => "STR3203",
        _ => "STR3204",
    };

    private static byte[] Many(Func<int, string> name)
    {
        var tar = new TarBuilder();
        for (var i = 0; i < 101; i++)
        {
            tar.File(name(i));
        }

        return tar.Finished();
    }
}
