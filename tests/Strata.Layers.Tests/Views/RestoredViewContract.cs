using System.Diagnostics;
using System.Text;
using Strata.Layers.Mounting;

namespace Strata.Layers.Tests.Views;

/// <summary>A job sees a restored tree the same, and can do the same with it, however its view was put in place.</summary>
public abstract class RestoredViewContract : IDisposable
{
    private const string Exchange = """python3 -c "import ctypes,sys; print(ctypes.CDLL(None).renameat2(-100,sys.argv[1].encode(),-100,sys.argv[2].encode(),2))" """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract LayerMountMethod Method { get; }

    private protected virtual bool IsRootless => false;

    /// <summary>How an owner of a layer is seen outside the job.</summary>
    private uint Seen(uint id) => IsRootless ? id + 1 : id;

    [Fact]
    public Task A_path_under_a_link_is_restored_where_the_link_leads() => ShouldPrint(
        "readlink home/link; cat home/link/cache/a; cat real/deep/cache/f; ls -A real/deep real/deep/cache | tr '\\n' ' '",
        "../real/deep\none\ntwo\nreal/deep: cache other  real/deep/cache: a capable d f hidden link setuid to ");

    [Fact]
    public Task Directories_above_stay_as_they_are_below_and_hide_nothing() => ShouldPrint(
        """stat -c '%n %a %u:%g %.9Y' . home real real/deep; python3 -c "import os; print(os.getxattr('real', 'user.below'))"; cat real/deep/other""",
        $"""
        . 761 {Seen(0)}:{Seen(0)} 1000000000.000000005
        home 750 {Seen(1000)}:{Seen(1000)} 1000000000.000000005
        real 711 {Seen(5)}:{Seen(0)} 1000000000.000000005
        real/deep 755 {Seen(0)}:{Seen(0)} 1000000000.000000005
        b'hi'
        beside

        """.Replace(". 761 1:1 1000000000.000000005", ". 761 1:1 TIME", StringComparison.Ordinal).Replace(". 761 0:0 1000000000.000000005", ". 761 0:0 TIME", StringComparison.Ordinal),
        output => output.Split('\n') is [var root, ..] lines ? string.Join('\n', [root[..root.LastIndexOf(' ')] + " TIME", .. lines[1..]]) : output); // the upper's root has a time of its own

    [Fact]
    public Task Directories_that_were_not_there_are_the_job_users() => ShouldPrint(
        "stat -c '%n %a %u:%g %Y' new new/place new/place/cache; cat new/place/cache/a",
        $"new 755 {Seen(0)}:{Seen(0)} 315532800\nnew/place 755 {Seen(0)}:{Seen(0)} 315532800\nnew/place/cache 750 {Seen(7)}:{Seen(8)} 1000000000\none\n",
        target: "new/place/cache");

    [Fact]
    public Task The_restored_root_has_the_saved_metadata() => ShouldPrint("stat -c '%a %u:%g %.9Y' real/deep/cache", $"750 {Seen(7)}:{Seen(8)} 1000000000.000000005\n");

    [Fact]
    public Task Removals_in_a_snapshot_hide_its_own_lower_layers_and_nothing_of_the_image() => ShouldPrint(
        "cd real/deep/cache; ls d; [ ! -e gone ]; cat hidden", "g\nof the image\n");

    [Fact]
    public Task A_restored_file_can_be_edited() => ShouldPrint(
        "cd real/deep/cache; echo more >>a; cat a; cat ../../../../restored/real/deep/cache/a; printf X | dd of=f bs=1 seek=1 conv=notrunc status=none; cat f", "one\nmore\none\ntXo\n");

    [Fact]
    public Task Restored_names_can_be_renamed() => ShouldPrint(
        "mv real/deep/cache/a real/deep/cache/b; mv real/deep/cache/d e; mv real/deep/cache moved; cat moved/b e/g; ls -A real/deep; mv real gone; ls gone/deep", "one\nthree\nother\nother\n");

    [Fact]
    public Task Restored_files_can_be_exchanged() => ShouldPrint($"cd real/deep/cache; {Exchange} a f; cat a f", "0\ntwo\none\n");

    [Fact]
    public Task The_restored_root_can_be_exchanged() => ShouldPrint(
        $"mkdir n; echo new >n/x; {Exchange} real/deep/cache n; cat real/deep/cache/x n/a 2>&1 || :",
        IsRootless ? "-1\ncat: real/deep/cache/x: No such file or directory\ncat: n/a: No such file or directory\n" : "0\nnew\none\n"); // no redirects there: EXDEV

    [Fact]
    public Task The_restored_root_can_be_removed_and_made_anew() => ShouldPrint(
        "cd real/deep; rm -r cache; [ ! -e cache ]; mkdir cache; ls -A cache; echo x >cache/y; ls cache; cd ../..; ls home/link/cache; rm -r real; mkdir real; ls -A real", "y\ny\n");

    [Fact]
    public Task High_owners_and_modes_are_kept() => ShouldPrint(
        "cd real/deep/cache; stat -c '%a %u:%g %.9Y' setuid; echo more >>setuid; chmod u+s setuid; stat -c '%a %u:%g %s' setuid",
        IsRootless
            ? "4755 60001:60000 1000000000.000000005\n4755 60001:60000 10\n"
            : "4755 1048575:1048574 1000000000.000000005\n4755 1048575:1048574 10\n");

    [Fact]
    public Task Capabilities_and_access_lists_are_kept_when_a_file_is_copied_up() => ShouldPrint(
        $"cd real/deep/cache; {Dump("capable")}; mv capable moved; touch -a moved; {Dump("moved")}",
        string.Concat(Enumerable.Repeat(
            $"security.capability {(IsRootless ? "0100000300200000000000000000000000000000" + "01000000" : RestoreChild.Capability)}\n"
            + $"system.posix_acl_access {Convert.ToHexStringLower(RestoreChild.AccessList(Seen(1000)))}\nuser.note 6869\n", 2)));

    /// <summary>
    /// The directory is copied up first: overlayfs asks the lower file whether it takes access lists (ovl_set_acl), and a read-only file system like EROFS takes
    /// none, so that setting one on what only a mounted layer has is "not supported".
    /// </summary>
    [Fact]
    public Task Capabilities_can_be_set_and_access_lists_changed() => ShouldPrint(
        $"""
        cd real/deep/cache; chmod u+w d
        python3 -c "import os; os.setxattr('a', 'security.capability', bytes.fromhex('{RestoreChild.Capability}'))"
        python3 -c "import os; os.setxattr('d', 'system.posix_acl_default', bytes.fromhex('{Convert.ToHexStringLower(RestoreChild.AccessList(5))}'))"
        : >d/new; {Dump("a")}; {Dump("d")}; stat -c %a d/new; cat a
        """,
        $"security.capability {RestoreChild.Capability}\nsystem.posix_acl_default {Convert.ToHexStringLower(RestoreChild.AccessList(5))}\n660\none\n");

    [Fact]
    public Task Names_of_one_file_stay_one_file_and_links_lead_where_they_did() => ShouldPrint(
        "cd real/deep/cache; [ f -ef link ] && stat -c %h f; readlink to; cat to", "2\nd/g\nthree\n");

    private static string Dump(string path) =>
        $$"""python3 -c "import os; [print(n, os.getxattr('{{path}}', n).hex()) for n in sorted(os.listxattr('{{path}}')) if 'overlay' not in n]" """;

    private async Task ShouldPrint(string script, string expected, Func<string, string>? shown = null, string target = "home/link/cache")
    {
        await File.WriteAllTextAsync(_directory.Combine("script"), script, new UTF8Encoding(false));
        string[] arguments = ["restore", _directory.Path, Method.ToString(), target, IsRootless ? "rootless" : "root"];
        Process process;
        if (IsRootless)
        {
            process = await TestChild.StartInUserNamespaceAsync(_directory.Path, arguments);
        }
        else
        {
            process = TestChild.StartMounted("", arguments);
        }

        var output = await TestChild.FinishAsync(process);
        (shown?.Invoke(output) ?? output).ShouldBe(expected);
    }
}

public sealed class MountedViewTests : RestoredViewContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.File;
}

public sealed class LoopMountedViewTests : RestoredViewContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.Loop;
}

public sealed class ExtractedViewTests : RestoredViewContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.None;
}

/// <summary>As Strata is for normal users: in a user namespace, extracted with shifted owners, under an overlay with <c>userxattr</c>.</summary>
public sealed class RootlessViewTests : RestoredViewContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.None;

    private protected override bool IsRootless => true;
}
