using Strata.Layers.Entries;
using Strata.Layers.Tar;

namespace Strata.Layers.Indexes;

/// <summary>Record by record, as entries; nothing an index says is believed before it was checked.</summary>
internal sealed class IndexRecordReader(byte[] index)
{
    private readonly IndexCursor _names = new(index);
    private byte[]? _previous;

    /// <summary>Null at the end.</summary>
    public IndexEntry? Next()
    {
        if (!_names.Next())
        {
            return null;
        }

        var path = _names.Path.ToArray();
        if (_previous is null ? path.Length != 0 : PathOrder.Compare(_previous, path) >= 0)
        {
            throw IndexCursor.Damaged("its names are not in order");
        }

        _previous = path;
        var kind = _names.Kind;
        var isDevice = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;
        var entry = new LayerEntry
        {
            Kind = kind,
            Path = path,
            Mode = _names.Mode,
            User = _names.User,
            Group = _names.Group,
            Modified = _names.Modified,
            Size = kind is EntryKind.File ? _names.Size : 0,
            DeviceMajor = isDevice ? _names.Device.Major : 0,
            DeviceMinor = isDevice ? _names.Device.Minor : 0,
        };
        if (kind is EntryKind.Symlink or EntryKind.HardLink)
        {
            entry = entry with { Link = _names.Link.ToArray() };
        }

        if (kind is EntryKind.HardLink && !EntryPath.IsNormal(entry.Link))
        {
            throw IndexCursor.Damaged("a path is not normalised");
        }

        var attributes = _names.Attributes();
        return new(attributes.Count == 0 ? entry : entry with { Attributes = attributes }, kind is EntryKind.File ? _names.Content : null);
    }
}
