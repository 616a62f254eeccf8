using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>Reads an uncompressed EROFS image and believes nothing it says. Not for concurrent use.</summary>
public sealed class ErofsReader : IDisposable
{
    private readonly ErofsFile _file;
    private readonly ErofsHead _head;
    private readonly TreeImportLimits _limits;
    private IReadOnlyList<SafeFileHandle> _devices = [];

    private ErofsReader(ErofsFile file, TreeImportLimits limits)
    {
        (_file, _limits) = (file, limits);
        _head = ErofsHead.Read(file);
    }

    /// <summary>The images a view's data is on; device n of an extent is the n-th, from 1.</summary>
    public IReadOnlyList<ErofsDevice> Devices => _head.Devices;

    /// <summary>Blocks of the image itself.</summary>
    public long BlockCount => _head.BlockCount;

    /// <exception cref="DamagedLayerException">It is no image, or not one Strata can read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ErofsReader Open(string path, TreeImportLimits? limits = null) => Open(File.OpenHandle(path), ownsFile: true, limits);

    /// <inheritdoc cref="Open(string, TreeImportLimits?)"/>
    /// <param name="ownsFile">Whether it is closed with the reader.</param>
    public static ErofsReader Open(SafeFileHandle image, bool ownsFile, TreeImportLimits? limits = null)
    {
        var file = new ErofsFile(image, ownsFile);
        try
        {
            return new(file, limits ?? TreeImportLimits.Default);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>All names in path order. Of a file with several, the first has the content and the others are hard links to it.</summary>
    /// <exception cref="DamagedLayerException">While enumerating: it contradicts itself, or is over a limit.</exception>
    public IEnumerable<ErofsEntry> Entries()
    {
        var walk = new ErofsWalk(Nodes(), _limits);
        while (walk.Next() is { } entry)
        {
            yield return entry;
        }
    }

    /// <summary>The entry of a path, or null. A hard link is found as the file it is.</summary>
    /// <exception cref="DamagedLayerException">What leads there contradicts itself.</exception>
    public ErofsEntry? Find(ReadOnlySpan<byte> path) => FindDeepest(path, out var isWhole)[^1] is var last && isWhole ? last : null;

    /// <summary>The root and all that is there of what leads to a path.</summary>
    /// <param name="isWhole">Whether the last of them is the path's.</param>
    internal List<ErofsEntry> FindDeepest(ReadOnlySpan<byte> path, out bool isWhole)
    {
        return new ErofsWalk(Nodes(), _limits).Descend(path, out isWhole);
    }

    /// <summary>Where <see cref="ReadContent"/> finds what is on other images: of a view, before its first file is read.</summary>
    /// <param name="images">As many as <see cref="Devices"/>, in that order; they stay the caller's.</param>
    /// <exception cref="DamagedLayerException">One is shorter than the view says.</exception>
    public void UseDevices(IReadOnlyList<SafeFileHandle> images)
    {
        if (images.Count != Devices.Count)
        {
            throw new ArgumentException($"{images.Count} images for {Devices.Count} devices.", nameof(images));
        }

        for (var i = 0; i < images.Count; i++)
        {
            if (RandomAccess.GetLength(images[i]) < Devices[i].BlockCount << ErofsFormat.BlockBits)
            {
                throw new DamagedLayerException($"The layer {Devices[i].Digest.Short} is shorter than the view on it says.");
            }
        }

        _devices = images;
    }

    /// <summary>For one walk at a time.</summary>
    internal ErofsNodes Nodes() => new(_file, _head);

    /// <summary>Fills <paramref name="target"/> from the content of a file.</summary>
    /// <param name="offset">Where in the file. With the length of <paramref name="target"/> inside of it.</param>
    public void ReadContent(ErofsEntry file, long offset, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + target.Length, file.Entry.Size, nameof(offset));
        var at = 0L;
        foreach (var extent in file.Extents)
        {
            var length = extent.BlockCount << ErofsFormat.BlockBits;
            if (offset < at + length && !target.IsEmpty)
            {
                var part = target[..(int)Math.Min(target.Length, at + length - offset)];
                ReadExtent(extent, offset - at, part, file.Entry);
                target = target[part.Length..];
                offset += part.Length;
            }

            at += length;
        }
    }

    public void Dispose() => _file.Dispose();

    private void ReadExtent(DataExtent extent, long offset, Span<byte> target, LayerEntry file)
    {
        if (extent.IsHole)
        {
            target.Clear();
        }
        else if (extent.Device == 0)
        {
            _file.ReadContent(((long)extent.StartBlock << ErofsFormat.BlockBits) + offset, target);
        }
        else if (extent.Device <= _devices.Count)
        {
            ReadDevice(_devices[extent.Device - 1], ((long)extent.StartBlock << ErofsFormat.BlockBits) + offset, target);
        }
        else
        {
            throw new InvalidOperationException($"{PosixPath.Show(file.Path)} is on another image.");
        }
    }

    private static void ReadDevice(SafeFileHandle image, long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(image, target, offset);
            if (count == 0)
            {
                throw new DamagedLayerException("A layer that holds a view's data was cut off while it was read.");
            }

            target = target[count..];
            offset += count;
        }
    }
}
