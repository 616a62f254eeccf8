using System.Text;
using Strata.Core.Diagnostics;
using Strata.Images.Capturing;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Images.Tests.Capturing;

/// <summary>A fresh store and a host for sandboxes: steps run one on the other.</summary>
internal sealed class BuildRoom : IAsyncDisposable
{
    private readonly string _directory;
    private readonly LocalLayerStore _store;
    private readonly List<LayerLease> _below = [];
    private readonly List<SandboxTree> _lowers = [];
    private readonly List<IDisposable> _trees = [];
    private readonly OwnerPolicy _owners;

    private BuildRoom(string directory, OwnerPolicy owners)
    {
        (_directory, _owners) = (directory, owners);
        _store = new(DataDirectory, TimeProvider.System);
        Host = SandboxModule.OpenHost(new() { DataDirectory = DataDirectory });
    }

    public string DataDirectory => Path.Combine(_directory, "data");

    public ISandboxHost Host { get; }

    public ILayerPlace Layers => _store.Public;

    public string Output { get; private set; } = "";

    /// <summary>On a busybox.</summary>
    public static async Task<BuildRoom> SmallAsync(OwnerPolicy? owners = null, string? parent = null)
    {
        var room = new BuildRoom(NewDirectory(parent), owners ?? OwnerPolicy.Root);
        var image = Path.Combine(room._directory, "image");
        foreach (var directory in (string[])["bin", "etc", "var/log", "var/lib/dpkg", "var/keep/sub", "run", "root"])
        {
            Directory.CreateDirectory(Path.Combine(image, directory));
        }

        File.Copy("/usr/bin/busybox", $"{image}/bin/busybox");
        foreach (var applet in (string[])["sh", "cat", "ls", "mkdir", "chmod", "chown", "touch", "ln", "rm", "mv", "cp", "stat", "sleep", "id", "env", "true", "adduser", "dd", "hostname", "pwd", "test", "seq", "grep", "mount", "base64", "printf", "date"])
        {
            File.CreateSymbolicLink($"{image}/bin/{applet}", "busybox");
        }

        File.WriteAllText($"{image}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbuilder:x:1234:55::/home/builder:/bin/sh\n");
        File.WriteAllText($"{image}/etc/group", "root:x:0:\nbuilders:x:55:\n");
        File.WriteAllText($"{image}/var/log/dpkg.log", "of the base\n");
        File.WriteAllText($"{image}/var/keep/sub/file", "of the base\n");
        foreach (var path in Directory.EnumerateFileSystemEntries(image, "*", SearchOption.AllDirectories).Append(image))
        {
            if (new FileInfo(path).LinkTarget is null)
            {
                Directory.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(20));
            }
        }

        using var write = room.Layers.Start();
        var layer = await LayerPacker.FromDirectoryAsync(image, write.Target, new PackOptions { OwnedBy = (0, 0) }, CancellationToken.None);
        var commit = await write.CommitAsync(layer, CancellationToken.None);
        await room.StandOnAsync(commit.Lease!);
        return room;
    }

    /// <summary>On a base system of packages, built once for all tests.</summary>
    public static async Task<BuildRoom> DebianAsync()
    {
        var image = await TestData.Resolver().ResolveAsync(
            new BaseImage.Debootstrap("bookworm", ["busybox-static", "ca-certificates"], null), new ProgressLines(), CancellationToken.None);
        var room = new BuildRoom(NewDirectory(null), OwnerPolicy.Root);
        var opening = await new LocalLayerStore(TestData.Directory, TimeProvider.System).Public.OpenAsync(image.Layers[0].Digest, CancellationToken.None);
        await room.StandOnAsync(opening.Lease!);
        return room;
    }

    public async Task<CaptureOutcome> RunAsync(string command, Func<RunCaptureRequest, RunCaptureRequest>? with = null, CancellationToken cancellationToken = default)
    {
        var output = new Collected();
        var request = new RunCaptureRequest
        {
            Host = Host,
            Lowers = [.. _lowers],
            Below = [.. _below],
            BelowTree = Below(),
            Step = Step(command),
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = "/",
            Site = false,
            Output = output,
            Time = TimeProvider.System,
            Target = Layers,
        };
        try
        {
            return await RunCapture.RunAsync(with is null ? request : with(request), cancellationToken);
        }
        finally
        {
            Output = output.ToString();
        }
    }

    /// <summary>The layer of a step that works.</summary>
    public async Task<LayerLease> BuildAsync(string command, Func<RunCaptureRequest, RunCaptureRequest>? with = null)
    {
        var outcome = await RunAsync(command, with);
        var stored = outcome.ShouldBeOfType<CaptureOutcome.Stored>($"{outcome}\n{Output}");
        LeftOut = stored.LeftOut;
        var lease = stored.Commit.Lease!;
        _trees.Add(lease);
        return lease;
    }

    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary>The next step runs on it.</summary>
    public async Task StandOnAsync(LayerLease lease)
    {
        var trees = new LayerTrees(DataDirectory, _owners);
        _lowers.Add(await trees.OpenAsync(lease, CancellationToken.None)); // the lease becomes its own
        _trees.Add(trees);
        _below.Add(lease);
    }

    public MergedTree Below() => MergedTree.Of([.. _below.Select(l => LayerIndex.Open(l.IndexPath!))]);

    public static RecipeStep.Run Step(string command, string? shell = null, bool network = false) =>
        new(command, shell, new Dictionary<string, string>(), new Dictionary<string, string>(), [], network, new SourceSpan("strata.yml", 7, 9));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        foreach (var tree in _trees)
        {
            tree.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static string NewDirectory(string? parent)
    {
        var directory = parent is null ? Directory.CreateTempSubdirectory("strata-build-").FullName : Directory.CreateDirectory(Path.Combine(parent, Guid.NewGuid().ToString("N"))).FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        return directory;
    }

    private sealed class Collected : IExecOutput
    {
        private readonly StringBuilder _text = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _text.Append(Encoding.UTF8.GetString(bytes.Span));
            return ValueTask.CompletedTask;
        }

        public override string ToString() => _text.ToString();
    }
}

/// <summary>What a layer holds, one line a name.</summary>
internal static class LayerListing
{
    public static IReadOnlyList<string> Of(LayerLease layer) =>
    [
        .. LayerIndex.Open(layer.IndexPath!).Entries().Select(static e =>
            $"{(e.Entry.IsWhiteout ? "gone" : e.Entry.Kind.ToString().ToLowerInvariant())} {Encoding.UTF8.GetString(e.Entry.Path)} {Convert.ToString(e.Entry.Mode, 8)} {e.Entry.User}:{e.Entry.Group} {e.Entry.Modified.Seconds}"),
    ];
}
