using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Views;

public sealed class PlaceResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("/a//./b/", "a/b")]
    [InlineData("link/x", "a/b/x")] // relative
    [InlineData("absolute/x", "a/b/x")]
    [InlineData("up/x", "a/x")]
    [InlineData("chain/x", "a/b/x")]
    [InlineData("new/x/y", "new/x/y")]
    [InlineData("a/../link/../x", "a/x")] // the link's directory, as a kernel goes
    [InlineData("dangling", "not/there")]
    [InlineData("dangling/x", "not/there/x")]
    [InlineData("loop/x", "Loop loop")]
    [InlineData("escape/x", "Escape ")]
    [InlineData("../x", "Escape ")]
    [InlineData("file", "NotADirectory file")]
    [InlineData("file/x", "NotADirectory file")]
    [InlineData("to-file/x", "NotADirectory file")]
    [InlineData("fifo/x", "NotADirectory fifo")]
    [InlineData("not/../x", "Dangling not")]
    [InlineData("/", "Root ")]
    [InlineData("to-root", "Root ")]
    [InlineData("a/..", "Root ")]
    public async Task Links_are_followed_as_in_the_jobs_root_and_nothing_leaves_it(string path, string expected)
    {
        var tree = _directory.Combine("tree");
        Directory.CreateDirectory(tree);
        Shell.Run(tree, """
            mkdir -p a/b; : >file; mkfifo fifo
            ln -s a/b link; ln -s /a/b absolute; ln -s a/b/.. up; ln -s up/../link chain; ln -s /not/there dangling
            ln -s loop2 loop; ln -s loop loop2; ln -s a/../../etc escape; ln -s file to-file; ln -s / to-root
            """);
        var expectations = new[] { LowerTrees.OfDirectory(tree, OwnerPolicy.Root), LowerTrees.Of(await MergedAsync(tree)) };
        foreach (var lowers in expectations)
        {
            var resolution = new PlaceResolver(lowers, 1, 2).Resolve(Encoding.UTF8.GetBytes(path));
            (resolution.Place is { } place ? Encoding.UTF8.GetString(place.Path) : $"{resolution.Problem} {Encoding.UTF8.GetString(resolution.At)}").ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(300, 1)]
    [InlineData(1, 300)]
    [InlineData(200, 30)]
    public void What_Linux_cannot_name_is_too_long(int name, int names) =>
        new PlaceResolver(LowerTrees.Of(MergedTree.Empty), 0, 0).Resolve(Encoding.UTF8.GetBytes(string.Join('/', Enumerable.Repeat(new string('n', name), names))))
            .Problem.ShouldBe(PlaceProblem.TooLong);

    [Fact]
    public async Task Directories_above_are_as_they_are_below_or_the_jobs_own()
    {
        var tree = _directory.Combine("tree");
        Directory.CreateDirectory(tree + "/home");
        Attributes.Set(tree + "/home", "user.note", "hi"u8.ToArray());
        Shell.Run(tree, "chown 70000:5 home; chmod 1711 home; chmod 700 .; touch -d @7.000000008 home; touch -d @9 .");
        foreach (var lowers in new[] { LowerTrees.OfDirectory(tree, OwnerPolicy.Root), LowerTrees.Of(await MergedAsync(tree)) })
        {
            var place = new PlaceResolver(lowers, 3, 4).Resolve("home/new/cache"u8).Place!;
            string.Join('\n', place.Directories.Select(d => string.Create(
                CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(d.Path)} {d.Mode:x} {d.User}:{d.Group} {d.Modified.Seconds}.{d.Modified.Nanoseconds} {d.Attributes.Count}")))
                .ShouldBe(" 1c0 0:0 9.0 0\nhome 3c9 70000:5 7.8 1\nhome/new 1ed 3:4 315532800.0 0");
        }
    }

    [Fact]
    public async Task A_link_may_lead_into_the_workspace_or_out_of_it()
    {
        Shell.Run(_directory.Path, "mkdir -p root/opt work/sub; ln -s /work/sub root/home; ln -s /opt work/deps; ln -s ../.. work/sub/out; chmod 700 work");
        var lowers = LowerTrees.WithMount(LowerTrees.Of(await MergedAsync(_directory.Combine("root"))), "work"u8.ToArray(), LowerTrees.OfDirectory(_directory.Combine("work"), OwnerPolicy.Root));
        var resolver = new PlaceResolver(lowers, 0, 0);
        RestorePlace At(string path) => resolver.Resolve(Encoding.UTF8.GetBytes(path)).Place!;
        Encoding.UTF8.GetString(At("home/cache").Path).ShouldBe("work/sub/cache");
        Encoding.UTF8.GetString(At("work/deps/x").Path).ShouldBe("opt/x");
        Encoding.UTF8.GetString(At("work/sub/out/opt/y").Path).ShouldBe("opt/y");
        At("work/deps/x").Below("work"u8.ToArray()).ShouldBeNull();
        At("worker/x").Below("work"u8.ToArray()).ShouldBeNull();
        var inside = At("home/cache").Below("work"u8.ToArray())!;
        Encoding.UTF8.GetString(inside.Path).ShouldBe("sub/cache");
        inside.Directories.Select(d => $"{Encoding.UTF8.GetString(d.Path)} {d.Mode:x}").ShouldBe([" 1c0", "sub 1ed"]);
    }

    [Fact]
    public async Task Of_several_lowers_the_topmost_counts_and_directories_are_one()
    {
        Shell.Run(_directory.Path, "mkdir -p 0/d/low 0/over/x 1/d/high 1/hidden; ln -s d 0/hidden; ln -s d 1/over; chmod 700 1/d");
        var lowers = LowerTrees.Stacked([LowerTrees.OfDirectory(_directory.Combine("0"), OwnerPolicy.Root), LowerTrees.Of(await MergedAsync(_directory.Combine("1")))]);
        string? Kind(string path) => lowers.Find(Encoding.UTF8.GetBytes(path))?.Kind.ToString();
        Kind("d/low").ShouldBe("Directory");
        Kind("d/high").ShouldBe("Directory");
        Kind("over").ShouldBe("Symlink");
        Kind("over/x").ShouldBeNull();
        Kind("hidden").ShouldBe("Directory");
        Kind("none/x").ShouldBeNull();
        lowers.Find("d"u8)!.Mode.ShouldBe(0x1c0u);
        Encoding.UTF8.GetString(new PlaceResolver(lowers, 0, 0).Resolve("over/low/c"u8).Place!.Path).ShouldBe("d/low/c");
    }

    [Fact]
    public void The_kernel_goes_the_same_way()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            string Name() => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(6) == 0 ? ".." : $"{(char)('a' + random.Next(4))}"));
            var tree = _directory.Combine($"{seed}");
            Directory.CreateDirectory(tree);
            for (var i = 0; i < 20; i++)
            {
                var path = Path.Combine(tree, Name().Replace("..", "a", StringComparison.Ordinal));
                if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null && Directory.Exists(Path.GetDirectoryName(path)) && KernelPath(tree, path[(tree.Length + 1)..]) is null)
                {
                    if (random.Next(2) == 0)
                    {
                        Directory.CreateDirectory(path);
                    }
                    else
                    {
                        File.CreateSymbolicLink(path, (random.Next(3) == 0 ? "/" : "") + Name());
                    }
                }
            }

            for (var i = 0; i < 20; i++)
            {
                var path = Name();
                var resolution = new PlaceResolver(LowerTrees.OfDirectory(tree, OwnerPolicy.Root), 0, 0).Resolve(Encoding.UTF8.GetBytes(path));
                var isThere = resolution.Place is { } place && Directory.Exists(Path.Combine(tree, Encoding.UTF8.GetString(place.Path)));
                if (isThere)
                {
                    KernelPath(tree, path).ShouldBe(Encoding.UTF8.GetString(resolution.Place!.Path), $"seed {seed}, {path}");
                }
                else if (resolution.Problem is not (PlaceProblem.Escape or PlaceProblem.Root)) // the kernel stays at the root
                {
                    KernelPath(tree, path).ShouldBeNull($"seed {seed}, {path}: {resolution.Problem}");
                }
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), property);
    }

    /// <summary>The directory a kernel comes to when the tree is its root, or null.</summary>
    private static unsafe string? KernelPath(string tree, string path)
    {
        const uint inRoot = 0x10; // RESOLVE_IN_ROOT
        using var root = DirectoryHandle.Open(tree);
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var file = Libc.OpenBeneath(root.File, terminated, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, inRoot);
            if (file < 0)
            {
                return null;
            }

            var found = new FileInfo($"/proc/self/fd/{file}").LinkTarget!;
            _ = Libc.Close(file);
            return found.Length == tree.Length ? "" : found[(tree.Length + 1)..];
        }
    }

    private static async Task<MergedTree> MergedAsync(string tree)
    {
        await LayerPacker.FromDirectoryAsync(tree, new(tree + ".erofs", tree + ".index"), PackOptions.Default, CancellationToken.None);
        var merged = MergedTree.Of([LayerIndex.Open(tree + ".index")]);
        File.Delete(tree + ".erofs");
        File.Delete(tree + ".index");
        return merged;
    }
}
