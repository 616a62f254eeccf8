using System.Text;
using System.Text.RegularExpressions;
using Strata.Core;
using Strata.Images.Transfers;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;
using Strata.Oci.Registries;
using Strata.Oci.Tests;

namespace Strata.Images.Tests;

/// <summary>An image with all that a layer can hold shows, mounted, what umoci unpacks of it, name by name; also after it was pushed and pulled again.</summary>
public sealed partial class RichImageTests : IDisposable
{
    private const string BaseFiles = """
        mkdir -p base/tmp base/home/app base/full/old base/bin base/etc/deep/er base/shared
        chmod 1777 base/tmp; chmod 0700 base/home/app; chmod 2775 base/shared; chmod 0500 base/etc/deep
        echo tool > base/bin/tool; chmod 4755 base/bin/tool; echo group > base/bin/group; chmod 2711 base/bin/group; ln base/bin/tool base/bin/same
        echo gone > base/gone; echo old > base/changed; echo linked > base/linked; echo x > base/full/old/x; : > base/etc/empty; mkfifo base/etc/fifo
        ln -s ../bin/tool base/etc/link; ln -s nowhere base/etc/dangling; ln base/etc/link base/etc/link-again
        ln -s bin base/tools; ln -s /etc base/home/settings; ln -s ../home/settings/deep base/etc/there
        echo capable > base/bin/capable; chmod 0755 base/bin/capable; dd if=/dev/urandom of=base/etc/big bs=1000 count=300 status=none
        echo long > base/etc/$(printf 'n%.0s' $(seq 200)); mkdir -p base/$(printf 'd%.0s' $(seq 150))/$(printf 'e%.0s' $(seq 150)); echo ü > base/etc/ü
        chown -hR 1000:2000 base/home base/shared; chown 12:34 base/etc/big; chown -h 1000:1000 base/etc/dangling; chmod 4755 base/bin/tool
        """;

    private const string TopFiles = """
        mkdir -p top/tmp top/home/app top/full top/etc/deep
        echo added > top/tmp/added; echo mine > top/home/app/mine; chown 1000:2000 top/home/app/mine; chmod 0640 top/home/app/mine
        echo new > top/changed; chmod 0600 top/changed; : > top/.wh.gone; : > top/full/.wh..wh..opq; echo new > top/full/new; : > top/etc/deep/.wh.er
        echo linked > top/linked; ln top/linked top/again
        mkdir -p top/tools top/home/settings top/etc/there; echo through > top/tools/through; : > top/tools/.wh.group; echo set > top/home/settings/set; echo there > top/etc/there/it
        """;

    private const string Times = """
        find base top -print0 | xargs -0 touch -h -d '2021-02-03 04:05:06.123456789 UTC'; touch -h -d '1999-12-31 23:59:59.987654321 UTC' base/etc/link base/etc/big base/home/app
        """;

    private const string Archives = """
        tar --format=pax --xattrs --xattrs-include='*' --numeric-owner --sort=name -C base -cf base.tar .
        tar --format=pax --numeric-owner --no-recursion -C top -cf top.tar .wh.gone linked again tools/through tools/.wh.group changed etc/deep/.wh.er etc/there/it home/settings/set full/.wh..wh..opq full/new home/app/mine tmp/added; tar --delete -f top.tar linked
        umoci init --layout layout; umoci new --image layout:app; umoci raw add-layer --image layout:app base.tar; umoci raw add-layer --image layout:app top.tar
        umoci unpack --image layout:app bundle
        """;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task What_is_pulled_mounted_pushed_and_pulled_again_is_what_umoci_unpacks()
    {
        await MakeAsync();
        await using var registry = await RealRegistry.StartAsync();
        await Programs.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci:{_scratch["layout"]}:app", $"docker://{registry.Host}/app:1");
        var unpacked = await ListAsync(_scratch["bundle/rootfs"]);

        unpacked.ShouldContain("./bin/tool f 4755 0 0 1612325106.1234567890 2 5\n");
        unpacked.ShouldContain("./tmp d 1777 0 0 ");
        unpacked.ShouldContain("./home/app d 700 1000 2000 946684799.9876543210\n");
        unpacked.ShouldContain("/bin/capable security.capability=01000002");
        unpacked.ShouldContain("./bin/through f "); // where the link tools of the layer below points to
        unpacked.ShouldContain("./etc/deep/it f ");
        unpacked.ShouldNotContain("gone");
        unpacked.ShouldNotContain("./bin/group");

        var first = await PullAsync("data", registry.Reference("app:1").ToString());
        (await ListMountedAsync("data", first)).ShouldBe(unpacked);

        await PushAsync("data", registry.Reference("app:1").ToString(), registry.Reference("copy:1").ToString());

        (await PullAsync("other", registry.Reference("copy:1").ToString())).ShouldBe(first);
    }

    [Fact]
    public async Task Podman_pulls_what_was_pushed_and_what_it_pushes_is_pulled()
    {
        await MakeAsync();
        await using var registry = await RealRegistry.StartAsync();
        await Programs.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci:{_scratch["layout"]}:app", $"docker://{registry.Host}/app:1");
        var unpacked = await ListAsync(_scratch["bundle/rootfs"]);
        var first = await PullAsync("data", registry.Reference("app:1").ToString());
        await PushAsync("data", registry.Reference("app:1").ToString(), registry.Reference("copy:1").ToString());
        string[] podman = ["--root", _scratch["podman"], "--runroot", _scratch["podman-run"], "--storage-driver", "vfs"];

        await Programs.RunAsync("podman", [.. podman, "pull", "-q", "--tls-verify=false", $"{registry.Host}/copy:1"]);
        var mounted = (await Programs.RunAsync("podman", [.. podman, "image", "mount", $"{registry.Host}/copy:1"])).Trim();
        try
        {
            AsItsDriverKeeps(await ListAsync(mounted)).ShouldBe(AsItsDriverKeeps(unpacked));
        }
        finally
        {
            await Programs.RunAsync("podman", [.. podman, "image", "unmount", $"{registry.Host}/copy:1"]);
        }

        await Programs.RunAsync("podman", [.. podman, "push", "-q", "--tls-verify=false", $"{registry.Host}/copy:1", $"{registry.Host}/podman:1"]);
        (await PullAsync("other", registry.Reference("podman:1").ToString())).ShouldBe(first);
    }

    /// <summary>Podman's vfs driver copies trees: without the time of the root, and without names that are links of one symbolic link.</summary>
    private static string AsItsDriverKeeps(string listing) =>
        SymlinkCount().Replace(RootTime().Replace(listing, "$1"), "$1");

    [GeneratedRegex(@"(?m)^(\. d \d+ \d+ \d+) \S+$")]
    private static partial Regex RootTime();

    [GeneratedRegex(@"(?m)^(\S+ l \d+ \d+ \d+ \S+) \d+")]
    private static partial Regex SymlinkCount();

    private async Task MakeAsync()
    {
        await ShellAsync(BaseFiles);
        await ShellAsync(TopFiles);
        Attributes.Set(_scratch["base/bin/capable"], "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000"));
        Attributes.Set(_scratch["base/etc/deep"], "user.mark", "value"u8.ToArray());
        await ShellAsync(Times);
        await ShellAsync(Archives);
    }

    private static Core.Identity.RunIdentity Acme { get; } = ImageOwnerTests.Identity("acme");

    private ImageResolver Resolver(string data) => new(_scratch[data], static () => OwnerPolicy.Root, TimeProvider.System, new RegistryOptions { RetriesMax = 0 });

    private async Task<IReadOnlyList<Digest>> PullAsync(string data, string reference)
    {
        using var resolver = Resolver(data);
        var image = await resolver.ResolveAsync(new BaseImage.Oci(reference, null), Acme, new ProgressLines(), CancellationToken.None);
        return [.. image.Layers.Select(layer => layer.Digest)];
    }

    private async Task PushAsync(string data, string reference, string destination)
    {
        using var resolver = Resolver(data);
        using var image = await resolver.OpenAsync(new BaseImage.Oci(reference, null), Acme, new ProgressLines(), CancellationToken.None);
        await new ImageTransfers(resolver, _scratch[data], TimeProvider.System).PushAsync(image, image.Config, destination, new ProgressLines(), CancellationToken.None);
    }

    private async Task<string> ListMountedAsync(string data, IReadOnlyList<Digest> layers)
    {
        var lowers = layers.Select((layer, i) => $"mnt/{i}").Reverse().ToList();
        var images = layers.Select((layer, i) => $"mkdir -p mnt/{i} && mount -t erofs -o ro,loop {_scratch[data]}/layers/_public/{layer.Hex}/image.erofs mnt/{i}");
        await ShellAsync($"{string.Join(" && ", images)} && mkdir mnt/merged && mount -t overlay overlay -o lowerdir={string.Join(':', lowers)} mnt/merged");
        try
        {
            return await ListAsync(_scratch["mnt/merged"]);
        }
        finally
        {
            await ShellAsync($"umount mnt/merged {string.Join(' ', lowers)}");
        }
    }

    /// <summary>All there is to see but how many names a directory has, which file systems count differently.</summary>
    private static async Task<string> ListAsync(string directory)
    {
        var listing = new StringBuilder(await Programs.RunAsync(
            "sh", "-c",
            $"""cd {directory} && find . '(' -type d -printf '%p %y %m %U %G %T@\n' -o -type f -printf '%p %y %m %U %G %T@ %n %s\n' -o -printf '%p %y %m %U %G %T@ %n %l\n' ')' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum"""));
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal))
        {
            listing.Append(Attributes.List(path) is { Length: > 0 } attributes ? $"{path[directory.Length..]} {attributes}" : "");
        }

        return listing.ToString();
    }

    private Task<string> ShellAsync(string script) => Programs.RunAsync("sh", "-ec", $"cd {_scratch.Root}; {script}");
}
