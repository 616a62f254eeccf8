using Strata.Core;
using Strata.Layers.Erofs;

namespace Strata.Layers.Views;

/// <summary>The images a view stands on: those that hold data it shows, in the order of parts and layers.</summary>
internal sealed class ViewDevices
{
    private const int CountMax = ushort.MaxValue;

    private readonly List<ErofsDevice> _all = [];
    private readonly Dictionary<Digest, int> _numbers = [];
    private readonly Dictionary<ViewLayer, int[]> _numbersOf = [];
    private readonly List<bool> _isUsed = [];

    /// <summary>Numbers the devices of a layer, before any extent on them.</summary>
    public void Add(ViewLayer layer)
    {
        var numbers = new int[layer.Devices.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var device = layer.Devices[i];
            if (!_numbers.TryGetValue(device.Digest, out numbers[i]))
            {
                numbers[i] = _all.Count;
                _numbers.Add(device.Digest, numbers[i]);
                _all.Add(device);
                _isUsed.Add(false);
            }
            else if (_all[numbers[i]].BlockCount != device.BlockCount)
            {
                throw new DamagedLayerException($"Two views do not agree how long the layer {device.Digest.Short} is.");
            }
        }

        _numbersOf.Add(layer, numbers);
    }

    /// <summary>Numbers a file's extents, for <see cref="Finish"/> to number them again.</summary>
    public void Place(ViewLayer layer, Span<DataExtent> extents)
    {
        var numbers = _numbersOf[layer];
        foreach (ref var extent in extents)
        {
            if (!extent.IsHole)
            {
                var number = numbers[extent.Device];
                _isUsed[number] = true;
                extent = extent with { Device = number };
            }
        }
    }

    /// <summary>What is not used is left out.</summary>
    public IReadOnlyList<ErofsDevice> Finish(EntryTree tree)
    {
        var used = new List<ErofsDevice>();
        var numbers = new int[_all.Count];
        for (var i = 0; i < _all.Count; i++)
        {
            if (_isUsed[i])
            {
                used.Add(_all[i]);
                numbers[i] = used.Count;
            }
        }

        if (used.Count > CountMax)
        {
            throw new HostileArchiveException($"The view stands on more than {CountMax} layers.", ArchiveFault.TooLarge);
        }

        for (var i = 0; i < tree.InodeCount; i++)
        {
            ref var inode = ref tree.InodeAt(i);
            foreach (ref var extent in inode.Has(InodeMarks.Pieces) ? tree.PiecesOf(inode) : [])
            {
                extent = extent.IsHole ? extent : extent with { Device = numbers[extent.Device] };
            }
        }

        return used;
    }
}
