using System.Diagnostics;
using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Images.Tests;

public sealed class LayerTreesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-trees-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_view_is_mounted_with_what_it_stands_on_and_kept_until_the_end()
    {
        var store = new LocalLayerStore(_directory, TimeProvider.System).Public;
        var view = await ViewAsync(store);
        using var trees = new LayerTrees(_directory, OwnerPolicy.Root);
        var tree = (await trees.OpenAsync(view, CancellationToken.None)).ShouldBeOfType<SandboxTree.Mounted>();
        var target = Directory.CreateDirectory(Path.Combine(_directory, "mounted")).FullName;
        tree.MountAt(target);
        try
        {
            (await File.ReadAllTextAsync(Path.Combine(target, "a/b/file"))).ShouldBe("content");
        }
        finally
        {
            using var unmount = Process.Start("umount", target);
            await unmount.WaitForExitAsync();
        }

        (await store.RemoveAsync(view.Devices[0].Digest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
    }

    [Fact]
    public async Task A_layer_that_several_jobs_stand_on_is_one_file_system()
    {
        var store = new LocalLayerStore(_directory, TimeProvider.System).Public;
        using var view = await ViewAsync(store);
        using var lease = (await store.OpenAsync(view.Devices[0].Digest, CancellationToken.None)).Lease!;
        string[] targets = [Path.Combine(_directory, "first"), Path.Combine(_directory, "second")];
        try
        {
            using (var trees = new LayerTrees(_directory, OwnerPolicy.Root))
            {
                foreach (var target in targets)
                {
                    Directory.CreateDirectory(target);
                    (await trees.OpenStackAsync([lease], CancellationToken.None)).ShouldHaveSingleItem().ShouldBeOfType<SandboxTree.Mounted>().MountAt(target);
                }
            }

            targets.Select(t => FileStamp.Find(Path.Combine(t, "file"))).Distinct().Count().ShouldBe(1); // device and inode
            foreach (var target in targets)
            {
                (await File.ReadAllTextAsync(Path.Combine(target, "file"))).ShouldBe("content");
            }
        }
        finally
        {
            using var unmount = Process.Start("umount", targets);
            await unmount.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Of_a_layer_that_is_in_a_stack_twice_the_topmost_alone_is_stood_on()
    {
        var store = new LocalLayerStore(_directory, TimeProvider.System).Public;
        using var view = await ViewAsync(store);
        using var lease = (await store.OpenAsync(view.Devices[0].Digest, CancellationToken.None)).Lease!;
        using var other = (await store.OpenAsync(view.Image.Digest, CancellationToken.None)).Lease!;
        using var trees = new LayerTrees(_directory, OwnerPolicy.Root);

        var lowers = await trees.OpenStackAsync([lease, other, lease], CancellationToken.None);

        lowers.Select(tree => tree.ShouldBeOfType<SandboxTree.Mounted>().Name).ShouldBe([$"layer {other.Digest.Short}", $"layer {lease.Digest.Short}"]);
    }

    [Fact]
    public async Task Where_images_are_not_mounted_a_view_is_extracted_once_with_shifted_owners()
    {
        var store = new LocalLayerStore(_directory, TimeProvider.System).Public;
        using var trees = new LayerTrees(_directory, OwnerPolicy.Rootless);
        var tree = (await trees.OpenAsync(await ViewAsync(store), CancellationToken.None)).ShouldBeOfType<SandboxTree.HostDirectory>();
        (await File.ReadAllTextAsync(Path.Combine(tree.Path, "a/b/file"))).ShouldBe("content");
        (await trees.OpenAsync(await ViewAsync(store), CancellationToken.None)).ShouldBe(tree);
    }

    private static async Task<ViewLease> ViewAsync(ILayerPlace store)
    {
        using var write = store.Start();
        using var builder = new LayerBuilder(write.Target);
        builder.BeginFile(new() { Kind = EntryKind.File, Path = "file"u8.ToArray(), Mode = 0x1a4, User = 0, Group = 0, Modified = default, Size = 7 });
        builder.Write("content"u8);
        builder.EndFile();
        using var layer = await write.CommitAsync(builder.Finish(), CancellationToken.None);
        var request = new ViewRequest { Parts = [new() { Layers = [layer.Lease!], Prefix = Encoding.ASCII.GetBytes("a/b") }] };
        return (await new LayerViews(store, []).OpenAsync(request, CancellationToken.None)).Lease!;
    }
}
