using System.Buffers.Binary;
using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;

namespace Strata.Layers.Tests.Mounting;

/// <summary>A job sees the same, and can do the same, however its layers were put in place.</summary>
public abstract class SnapshotContract : IDisposable
{
    private const string Capability = "0100000200200000000000000000000000000000"; // cap_net_raw=ep, version 2
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract LayerMountMethod Method { get; }

    [Fact]
    public Task A_restored_file_and_directory_can_be_renamed() => ShouldPrint(
        "mv cache/a b; mv cache/d e; mv cache moved; ls -R . | tr '\\n' ' '; cat b moved/f e/g",
        ".: b e moved  ./e: g  ./moved: f one\ntwo\nthree\n");

    [Fact]
    public Task Two_restored_names_can_be_exchanged() => ShouldPrint(
        """python3 -c "import ctypes,os; l=ctypes.CDLL(None,use_errno=True); r=l.renameat2(-100,b'cache/a',-100,b'cache/f',2); print(r, os.strerror(ctypes.get_errno()) if r else '')"; cat cache/a cache/f""",
        "0 \ntwo\none\n");

    [Fact]
    public Task Two_restored_directories_can_be_exchanged() => ShouldPrint(
        """mkdir n; echo new >n/x; python3 -c "import ctypes; print(ctypes.CDLL(None).renameat2(-100,b'cache/d',-100,b'n',2))"; cat cache/d/x n/g""",
        "0\nnew\nthree\n");

    [Fact]
    public Task A_restored_root_can_be_removed_and_made_anew() => ShouldPrint(
        "rm -r cache; [ ! -e cache ]; mkdir cache; ls -A cache; echo x >cache/y; ls cache; rm -r cache; rmdir cache 2>/dev/null || echo gone",
        "y\ngone\n");

    [Fact]
    public Task Whiteouts_hide_what_lower_layers_hold() => ShouldPrint(
        "ls cache; echo again >cache/hidden; cat cache/hidden; stat -c %F cache/hidden", "a\nd\nf\nagain\nregular file\n");

    [Fact]
    public Task An_opaque_directory_shows_nothing_from_below() => ShouldPrint("ls cache/d; ls -d cache/d/old 2>/dev/null || echo none", "g\nnone\n");

    [Fact]
    public Task Names_of_one_file_stay_one_file() => ShouldPrint(
        "stat -c %h cache/d/g; rm cache/d/g; ls -A cache/d; [ \"$(stat -c %i links/a)\" = \"$(stat -c %i links/b)\" ] && echo same; stat -c %h links/a",
        "1\nsame\n2\n", l => l.Add(LayerImages.Folder("links")), l =>
        {
            l.AddFile("links/a", "linked");
            l.Add(LayerImages.HardLink("links/b", "links/a"));
        });

    [Fact]
    public Task Modes_owners_over_65535_and_times_are_kept() => ShouldPrint(
        "stat -c '%n %a %u:%g %.9Y' setuid sticky; touch -r setuid copy; stat -c %.9Y copy; echo more >>setuid; stat -c '%u:%g %s' setuid",
        "setuid 4755 70000:1048575 1000000000.000000005\nsticky 1777 1:2 1000000000.000000005\n1000000000.000000005\n70000:1048575 9\n",
        l => l.AddFile(LayerImages.Entry(EntryKind.File, "setuid", 0x9ed) with { User = 70_000, Group = 1_048_575 }, "four"u8),
        l => l.Add(LayerImages.Folder("sticky", 0x3ff) with { User = 1, Group = 2 }));

    [Fact]
    public Task Capabilities_access_lists_and_attributes_are_kept_when_a_file_is_copied_up() => ShouldPrint(
        Dump + "; mv file moved; touch -a moved; " + Dump.Replace("'file'", "'moved'", StringComparison.Ordinal),
        string.Concat(Enumerable.Repeat($"security.capability {Capability}\nsystem.posix_acl_access {Convert.ToHexStringLower(AccessList())}\nuser.note 6869\n", 2)),
        l => l.AddFile(
            LayerImages.Entry(EntryKind.File, "file", 0x1f8) with
            {
                Attributes =
                [
                    new("security.capability"u8.ToArray(), Convert.FromHexString(Capability)),
                    new("system.posix_acl_access"u8.ToArray(), AccessList()),
                    new("user.note"u8.ToArray(), "hi"u8.ToArray()),
                ],
            },
            "content"u8));

    [Fact]
    public Task Links_lead_where_they_did() => ShouldPrint(
        "readlink to; cat to; mv cache/f cache/g; cat to 2>/dev/null || echo dangling", "cache/f\ntwo\ndangling\n", l => l.Add(LayerImages.Symlink("to", "cache/f")));

    private const string Dump = """python3 -c "import os; [print(n, os.getxattr('file', n).hex()) for n in sorted(os.listxattr('file'))]" """;

    /// <summary>user::rwx, user:70000:r--, group::r--, mask::rwx, other::---</summary>
    private static byte[] AccessList()
    {
        (ushort Tag, ushort Permissions, uint Id)[] entries = [(1, 7, uint.MaxValue), (2, 4, 70_000), (4, 4, uint.MaxValue), (16, 7, uint.MaxValue), (32, 0, uint.MaxValue)];
        var list = new byte[4 + (entries.Length * 8)];
        BinaryPrimitives.WriteInt32LittleEndian(list, 2);
        for (var i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(4 + (i * 8)), entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(6 + (i * 8)), entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(8 + (i * 8)), entries[i].Id);
        }

        return list;
    }

    private async Task ShouldPrint(string script, string expected, params Action<LayerBuilder>[] more)
    {
        LayerImages.Build(_directory.Combine("0.erofs"), l =>
        {
            l.Add(LayerImages.Folder(""));
            l.Add(LayerImages.Folder("cache"));
            l.AddFile("cache/a", "old\n");
            l.Add(LayerImages.Folder("cache/d"));
            l.AddFile("cache/d/old", "old\n");
            l.AddFile("cache/hidden", "hidden\n");
        });
        LayerImages.Build(_directory.Combine("1.erofs"), l =>
        {
            l.Add(LayerImages.Folder(""));
            l.Add(LayerImages.Folder("cache"));
            l.AddFile("cache/a", "one\n");
            l.Add(LayerImages.Folder("cache/d") with { Attributes = [new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray())] });
            l.AddFile("cache/d/g", "three\n");
            l.AddFile("cache/f", "two\n");
            l.Add(LayerImages.Entry(EntryKind.CharacterDevice, "cache/hidden", 0));
        });
        if (more.Length > 0)
        {
            LayerImages.Build(_directory.Combine("2.erofs"), l =>
            {
                l.Add(LayerImages.Folder(""));
                foreach (var add in more)
                {
                    add(l);
                }
            });
        }

        await File.WriteAllTextAsync(_directory.Combine("script"), script, new UTF8Encoding(false));
        (await TestChild.FinishAsync(TestChild.StartMounted("", "place", _directory.Path, Method.ToString()))).ShouldBe(expected);
    }
}

public sealed class MountedSnapshotTests : SnapshotContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.File;
}

public sealed class LoopMountedSnapshotTests : SnapshotContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.Loop;
}

public sealed class ExtractedSnapshotTests : SnapshotContract
{
    private protected override LayerMountMethod Method => LayerMountMethod.None;
}
