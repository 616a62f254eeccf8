using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Layers.Placing;
using Strata.Layers.Posix;
using Strata.Layers.Saving;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Saving;

/// <summary>
/// Runs in a mount namespace of its own: jobs one after another, each a real overlay on an image and on what the one before saved of a directory, as Strata
/// restores it. What is saved is compared with what the job had there, and with what the next one finds.
/// </summary>
/// <param name="directory">Has <c>image.sh</c>, <c>1.sh</c> and on for the jobs, maybe <c>except</c>: paths to be left out, a line each; and maybe <c>written</c>: what is restored is copied into the running job.</param>
internal sealed class SavingChild(string directory)
{
    public const string Place = "home/cache";
    public const string Secret = "s3cr3t-value-0123456789";

    private static readonly byte[] PlacePath = Encoding.UTF8.GetBytes(Place);

    private readonly ILayerPlace _store = new LocalLayerStore(Path.Combine(directory, "data"), TimeProvider.System).Public;
    private readonly SecretGate _gate = new(new Dictionary<string, string> { ["TOKEN"] = Secret });
    private readonly List<LayerLease> _standsOn = [];
    private LayerLease? _image;

    /// <summary>Prints what each save came to, and the names of what it wrote.</summary>
    public async Task<int> SaveAsync()
    {
        await MakeImageAsync();
        var saved = new StoredTree([], Digest.Of([]), 0, 0);
        var had = default(Digest);
        var holdsSameNames = Directory.Exists(At($"image/{Place}"));
        for (var job = 1; File.Exists(At($"{job}.sh")) || job == 1; job++)
        {
            var basis = await OpenAsync(saved);
            using var written = await MountAsync(job, basis);
            if (basis.Count > 0 && !holdsSameNames && await PackAsync(job, "restored") is var found && (found.TreeDigest, found.ContentBytes) != (had, saved.SizeBytes))
            {
                Console.WriteLine($"job {job} did not find what the one before it had, or not {saved.SizeBytes} bytes but {found.ContentBytes}:\n{List(job)}");
                return 1;
            }

            Shell.Run(At($"{job}/merged"), await File.ReadAllTextAsync(At($"{job}.sh")));
            if (await LiveProblemAsync(job, written) is { } problem)
            {
                Console.WriteLine(problem);
                return 1;
            }

            var saving = new TreeSaving(_store, _gate) { IsBasisWritten = IsWritten };
            var outcome = await saving.SaveAsync(written, PlacePath, Except(), basis, null, CancellationToken.None);
            Console.WriteLine(Describe(outcome, basis.Count));
            if (outcome is SaveOutcome.Saved { Tree: var tree })
            {
                saved = tree;
            }

            foreach (var path in Except())
            {
                Shell.Run(At($"{job}/merged"), $"rm -rf '{Encoding.UTF8.GetString(path)}'");
            }

            if (!holdsSameNames && new DirectoryInfo(At($"{job}/merged/{Place}")) is { Exists: true, LinkTarget: null })
            {
                var has = await PackAsync(job, "expected");
                had = outcome is SaveOutcome.Blocked ? had : has.TreeDigest;
                // Not the bytes: overlayfs parts the names of a file when it copies one up, and what did not change otherwise is not saved.
                if (outcome is SaveOutcome.Saved && (saved.Tree, saved.Files) != (has.TreeDigest, has.EntryCount - 1))
                {
                    Console.WriteLine($"job {job} saved {saved.Files} names, {saved.Tree}; it had {has.EntryCount - 1}, {has.TreeDigest}:\n{List(job)}");
                    return 1;
                }
            }
        }

        Console.WriteLine($"tree: {Names((await OpenAsync(saved)).ConvertAll(static lease => LayerIndex.Open(lease.IndexPath!)))}");
        return 0;
    }

    /// <summary>Prints what patterns collect of the one job.</summary>
    /// <param name="root">From the root.</param>
    public async Task<int> CollectAsync(string root, string patterns)
    {
        await MakeImageAsync();
        using var written = await MountAsync(1, []);
        Shell.Run(At("1/merged"), await File.ReadAllTextAsync(At("1.sh")));
        var globs = GlobSet.Parse(patterns.Split(' ')).Set!;
        var hidden = new PathChoice(globs, static path => path[path.AsSpan().LastIndexOf((byte)'/') + 1] == (byte)'.');
        var choice = File.Exists(At("without-hidden")) ? hidden : PathChoice.Of(globs);
        var followed = !File.Exists(At("follow")) ? FollowedPaths.None
            : new([.. globs.Patterns.Where(static p => p is { IsExclusion: false, SearchPath.Length: > 0 }).Select(static p => Encoding.UTF8.GetBytes(p.SearchPath))], "/workspace"u8.ToArray());
        SaveOutcome outcome;
        try
        {
            outcome = await new TreeCollecting(_store, _gate).CollectAsync(written, Encoding.UTF8.GetBytes(root), choice, followed, CancellationToken.None);
        }
        catch (IOException e)
        {
            Console.Write($"refused: {e.Message}");
            return 0;
        }

        Console.Write(Describe(outcome, 0));
        if (outcome is SaveOutcome.Saved { Tree: var tree })
        {
            LayerMount.At(Directory.CreateDirectory(At("collected")).FullName, (await OpenAsync(tree))[0].ImagePath, [], LayerMountMethod.File);
            var packed = await LayerPacker.FromDirectoryAsync(At("collected"), new(At("collected.erofs"), null), PackOptions.Default, CancellationToken.None);
            Console.Write((packed.TreeDigest, packed.EntryCount - 1) == (tree.Tree, tree.Files) ? "" : " but other content");
            Console.Write(File.Exists(At("show.sh")) ? $"\n{Shell.Run(At("collected"), await File.ReadAllTextAsync(At("show.sh")))}" : "");
        }

        return 0;
    }

    /// <summary>What a hermetic step would find now: what the job stands on and what it wrote, as one view.</summary>
    private async Task<string?> LiveProblemAsync(int job, WrittenOverlay written)
    {
        using var changes = await LiveChanges.StoreAsync(_store, written, static _ => true, CancellationToken.None);
        var shown = new LayerViews(_store, []).Summarize(new() { Parts = [new() { Layers = changes is null ? _standsOn : [.. _standsOn, changes] }] }, CancellationToken.None);
        var packed = await LayerPacker.FromDirectoryAsync(At($"{job}/merged"), new(At($"{job}/all.erofs"), null), PackOptions.Default, CancellationToken.None);
        return shown.Tree == packed.TreeDigest ? null
            : $"job {job}: a view of the changes is not what it has:\n{Names(changes is null ? [] : [LayerIndex.Open(changes.IndexPath!)])}\n{Shell.Run(At($"{job}/merged"), "find . -printf '%P %y %m %s %n %l\\n' | sort")}";
    }

    private bool IsWritten => File.Exists(At("written"));

    private string At(string name) => Path.Combine(directory, name);

    private string List(int job) => Shell.Run(At($"{job}/merged/{Place}"), "find . -printf '%P %y %m %s %n %l\\n' | sort");

    private List<byte[]> Except() => File.Exists(At("except")) ? [.. File.ReadAllLines(At("except")).Select(Encoding.UTF8.GetBytes)] : [];

    private async Task MakeImageAsync()
    {
        Directory.CreateDirectory(At("image"));
        Shell.Run(At("image"), await File.ReadAllTextAsync(At("image.sh")));
        using var write = _store.Start();
        var packed = await LayerPacker.FromDirectoryAsync(At("image"), write.Target, PackOptions.Default, CancellationToken.None);
        _image = (await write.CommitAsync(packed, CancellationToken.None)).Lease!;
        LayerMount.At(Directory.CreateDirectory(At("below")).FullName, _image.ImagePath, [], LayerMountMethod.File);
    }

    private async Task<List<LayerLease>> OpenAsync(StoredTree tree)
    {
        var leases = new List<LayerLease>();
        foreach (var digest in tree.Layers)
        {
            leases.Add((await _store.OpenAsync(digest, CancellationToken.None)).Lease!);
        }

        return leases;
    }

    /// <summary>The image and what was saved, with a fresh upper.</summary>
    private async Task<WrittenOverlay> MountAsync(int job, List<LayerLease> basis)
    {
        foreach (var name in (string[])["upper", "work", "merged"])
        {
            Directory.CreateDirectory(At($"{job}/{name}"));
        }

        List<LowerLayer> lowers = [LowerLayer.Of(_image!)];
        _standsOn.Clear();
        _standsOn.Add(_image!);
        var lowerDirectories = "below";
        if (basis.Count > 0 && !IsWritten)
        {
            var place = new PlaceResolver(LowerTrees.Of(lowers[0].ReadTree()), 0, 0).Resolve(PlacePath).Place!;
            var view = (await new LayerViews(_store, []).OpenAsync(place.Restore(basis), CancellationToken.None)).Lease!;
            LayerMount.At(Directory.CreateDirectory(At($"{job}/view")).FullName, view.Image.ImagePath, view.DevicePaths, LayerMountMethod.File);
            lowers.Add(LowerLayer.Of(view));
            _standsOn.Add(view.Image);
            lowerDirectories = $"{job}/view:below";
        }

        Shell.Run(
            directory,
            $"""
            mount -t overlay overlay -o lowerdir={lowerDirectories},upperdir={job}/upper,workdir={job}/work,redirect_dir=on,metacopy=off,index=off {job}/merged
            chown --reference=below {job}/upper; chmod --reference=below {job}/upper
            """);
        Directory.CreateDirectory(At("scratch"));
        if (basis.Count > 0 && IsWritten)
        {
            using var live = DirectoryHandle.Open(Directory.CreateDirectory(At($"{job}/merged/{Place}")).FullName);
            using var root = new SafeFileHandle(live.File, ownsHandle: false);
            await new LivePlacement(OwnerPolicy.Root, At("scratch")).MergeAsync(root, [.. basis.Select(LowerLayer.Of)], CancellationToken.None);
        }

        return new(lowers, new(At($"{job}/upper"), OwnerPolicy.Root, UserXattr: false, []), At("scratch"));
    }

    private Task<PackedLayer> PackAsync(int job, string name) => LayerPacker.FromDirectoryAsync(
        At($"{job}/merged/{Place}"), new(At($"{job}/{name}.erofs"), null), PackOptions.Default, CancellationToken.None);

    private static string Describe(SaveOutcome outcome, int below) => outcome switch
    {
        SaveOutcome.Saved { Tree.Layers.Count: 1, Layers: [var only] } when below > 0 => $"squashed: {Names([LayerIndex.Open(only.IndexPath!)])}",
        SaveOutcome.Saved { Layers: [var written] } => $"saved: {Names([LayerIndex.Open(written.IndexPath!)])}",
        SaveOutcome.Blocked { Finds: [var find, ..] } => $"blocked: {Encoding.UTF8.GetString(find.Path)}:{find.Line}",
        _ => outcome.GetType().Name.ToLowerInvariant(),
    };

    /// <summary>Of one layer as it is, of several what they show.</summary>
    private static string Names(List<LayerIndex> layers)
    {
        var entries = layers.Count == 1 ? layers[0].Entries().Select(static e => e.Entry) : MergedTree.Of(layers).Entries([], []).Select(static e => e.Entry);
        return string.Join(' ', entries.Select(static e => (e.IsWhiteout ? "-" : "")
            + (e.Path.Length == 0 ? "/" : Encoding.UTF8.GetString(e.Path))
            + (e.Attributes.Any(static a => Encoding.UTF8.GetString(a.Name) == "trusted.overlay.opaque") ? "!" : "")));
    }
}
