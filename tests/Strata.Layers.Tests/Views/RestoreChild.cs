using System.Buffers.Binary;
using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Mounting;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Views;

/// <summary>
/// In namespaces of its own: an image, and a snapshot of two layers restored into it through a view, as lowers of an overlay in which a script runs. The
/// restored path leads through a link of the image.
/// </summary>
internal static class RestoreChild
{
    public const string Capability = "0100000200200000000000000000000000000000"; // cap_net_raw=ep, version 2

    /// <summary>user::rwx, user:1000:r--, group::r--, mask::rwx, other::---</summary>
    public static byte[] AccessList(uint user)
    {
        (ushort Tag, ushort Permissions, uint Id)[] entries = [(1, 7, uint.MaxValue), (2, 4, user), (4, 4, uint.MaxValue), (16, 7, uint.MaxValue), (32, 0, uint.MaxValue)];
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

    /// <param name="target">Where the snapshot is restored.</param>
    /// <param name="isRootless">Whether this is a user namespace, whose overlays keep their marks in user.*.</param>
    public static async Task<int> RunAsync(string directory, LayerMountMethod method, string target, bool isRootless)
    {
        var owners = isRootless ? OwnerPolicy.Rootless : OwnerPolicy.Root;
        var store = new LocalLayerStore(Path.Combine(directory, "data"), TimeProvider.System).Public;
        using var image = await AddAsync(store, Image());
        using var bottom = await AddAsync(store, Bottom());
        using var top = await AddAsync(store, Top(isRootless ? 60_000u : 1_048_575u));

        var lowers = LowerTrees.Of(MergedTree.Of([LayerIndex.Open(image.IndexPath!)]));
        var place = new PlaceResolver(lowers, 0, 0).Resolve(Encoding.UTF8.GetBytes(target)).Place!;
        using var view = (await new LayerViews(store, []).OpenAsync(place.Restore([bottom, top]), CancellationToken.None)).Lease!;
        var extracted = new ExtractedLayers(Path.Combine(directory, "data"), owners);
        var below = await PlaceAsync(Path.Combine(directory, "image"), image, [], method, extracted);
        var restored = await PlaceAsync(Path.Combine(directory, "view"), view.Image, view.Devices, method, extracted);

        var options = isRootless ? "userxattr" : "redirect_dir=on,metacopy=off,index=off";
        Shell.Run(
            directory,
            $"""
            mkdir upper work merged
            ln -s {below} below; ln -s {restored} restored
            mount -t overlay overlay -o lowerdir=restored:below,upperdir=upper,workdir=work,{options} merged
            chown --reference={below} upper; chmod --reference={below} upper
            """);
        Console.Write(Shell.Run(Path.Combine(directory, "merged"), await File.ReadAllTextAsync(Path.Combine(directory, "script"))));
        return 0;
    }

    private static List<(LayerEntry, byte[])> Image() =>
    [
        (Folder("", 0x1f1), []),
        (Folder("home", 0x1e8) with { User = 1000, Group = 1000 }, []),
        (Symlink("home/link", "../real/deep"), []),
        (Folder("real", 0x1c9) with { User = 5, Attributes = [new("user.below"u8.ToArray(), "hi"u8.ToArray())] }, []),
        (Folder("real/deep"), []),
        (Folder("real/deep/cache"), []),
        Text("real/deep/cache/hidden", "of the image\n"),
        Text("real/deep/other", "beside\n"),
    ];

    private static List<(LayerEntry, byte[])> Bottom() =>
    [
        (Folder(""), []), Text("a", "old\n"), (Folder("d"), []), Text("d/old", "old\n"), Text("gone", "gone\n"), Text("hidden", "of the cache\n"),
    ];

    private static List<(LayerEntry, byte[])> Top(uint owner) =>
    [
        (Folder("", 0x1e8) with { User = 7, Group = 8 }, []),
        Text("a", "one\n"),
        (
            Entry(EntryKind.File, "capable", 0x1f8) with
            {
                Size = 2,
                Attributes = [new("security.capability"u8.ToArray(), Convert.FromHexString(Capability)), new("system.posix_acl_access"u8.ToArray(), AccessList(1000)), new("user.note"u8.ToArray(), "hi"u8.ToArray())],
            },
            "x\n"u8.ToArray()),
        (Folder("d") with { Attributes = [new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray())] }, []),
        Text("d/g", "three\n"),
        Text("f", "two\n"),
        (Entry(EntryKind.CharacterDevice, "gone", 0), []),
        (Entry(EntryKind.CharacterDevice, "hidden", 0), []),
        (HardLink("link", "f"), []),
        (Entry(EntryKind.File, "setuid", 0x9ed) with { User = owner, Group = owner - 1, Size = 5 }, "four\n"u8.ToArray()),
        (Symlink("to", "d/g"), []),
    ];

    private static (LayerEntry, byte[]) Text(string path, string content) =>
        (Entry(EntryKind.File, path) with { Size = content.Length }, Encoding.UTF8.GetBytes(content));

    private static async Task<LayerLease> AddAsync(ILayerPlace store, List<(LayerEntry Entry, byte[] Content)> entries)
    {
        using var write = store.Start();
        using var builder = new Layers.Packing.LayerBuilder(write.Target);
        foreach (var (entry, content) in entries)
        {
            if (content.Length > 0)
            {
                builder.AddFile(entry, content);
            }
            else
            {
                builder.Add(entry);
            }
        }

        return (await write.CommitAsync(builder.Finish(), CancellationToken.None)).Lease!;
    }

    private static async Task<string> PlaceAsync(string target, LayerLease layer, IReadOnlyList<LayerLease> devices, LayerMountMethod method, ExtractedLayers extracted)
    {
        if (method is LayerMountMethod.None)
        {
            return await extracted.OpenAsync(layer, devices, CancellationToken.None);
        }

        Directory.CreateDirectory(target);
        LayerMount.At(target, layer.ImagePath, [.. devices.Select(d => d.ImagePath)], method); // goes with the namespace
        return target;
    }
}
