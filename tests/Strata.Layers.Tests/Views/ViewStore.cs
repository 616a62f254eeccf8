using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Views;

/// <summary>A store in a directory of its own, and layers in it.</summary>
internal sealed class ViewStore : IDisposable
{
    private readonly List<IDisposable> _leases = [];

    public TemporaryDirectory Directory { get; } = new();

    public LocalLayerStore Layers => new(Directory.Path, TimeProvider.System);

    public LayerViews Views => new(Layers.Public, []);

    public LayerLease Add(Action<LayerBuilder> fill, bool withIndex = true)
    {
        using var write = Layers.Public.Start();
        using var builder = new LayerBuilder(withIndex ? write.Target : write.Target with { IndexPath = null });
        fill(builder);
        return Hold(Wait(write.CommitAsync(builder.Finish(), CancellationToken.None)).Lease!);
    }

    public LayerLease Add(IEnumerable<(LayerEntry Entry, byte[] Content)> entries) => Add(l =>
    {
        foreach (var (entry, content) in entries)
        {
            if (content.Length > 0)
            {
                l.AddFile(entry, content);
            }
            else
            {
                l.Add(entry);
            }
        }
    });

    public ViewLease Open(ViewRequest request) => Hold(Wait(Views.OpenAsync(request, CancellationToken.None)).Lease!);

    public ViewLease Open(params ViewPart[] parts) => Open(new ViewRequest { Parts = parts });

    public T Hold<T>(T lease)
        where T : IDisposable
    {
        _leases.Add(lease);
        return lease;
    }

    /// <summary>All a view shows, in path order, with contents.</summary>
    public static List<(LayerEntry Entry, byte[] Content)> Read(ViewLease view)
    {
        using var reader = ErofsReader.Open(view.Image.Image, ownsFile: false);
        reader.UseDevices([.. view.Devices.Select(d => d.Image)]);
        var read = new List<(LayerEntry, byte[])>();
        foreach (var entry in reader.Entries())
        {
            var content = new byte[entry.Entry.Size];
            reader.ReadContent(entry, 0, content);
            read.Add((entry.Entry, content));
        }

        return read;
    }

    public ViewMount Mount(ViewLease view)
    {
        var target = System.IO.Directory.CreateDirectory(Directory.Combine("mnt")).FullName;
        return new(target, LayerMount.At(target, view.Image.ImagePath, view.DevicePaths, LayerMountMethod.File));
    }

    public static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    public void Dispose()
    {
        _leases.ForEach(l => l.Dispose());
        Directory.Dispose();
    }
}

internal sealed class ViewMount(string path, LayerMount mount) : IDisposable
{
    public string Path => path;

    public void Dispose() => mount.Dispose();
}
