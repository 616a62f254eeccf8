using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Views;

/// <summary>A directory of a stack: whiteouts and opaque directories are resolved here, name by name.</summary>
internal sealed class StackDirectory
{
    private readonly StackPlace[] _places; // topmost first: its metadata is the directory's

    private StackDirectory(StackPlace[] places) => _places = places;

    public ref readonly StackPlace Top => ref _places[0];

    /// <param name="layers">Bottom first, at least one.</param>
    public static StackDirectory Root(IReadOnlyList<ViewLayer> layers)
    {
        var places = new List<StackPlace>();
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            places.Add(StackPlace.Read(layers[i], layers[i].Nodes.Root, []));
            if (places[^1].IsOpaque)
            {
                break;
            }
        }

        return new([.. places]);
    }

    /// <summary>A directory below, itself for the empty path. Null: there is none. What leads there is read then.</summary>
    public StackDirectory? Find(ReadOnlySpan<byte> path)
    {
        var directory = this;
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.IsEmpty)
            {
                break; // the root
            }

            StackDirectory? next = null;
            foreach (var candidate in directory.Names(path))
            {
                next = name.SequenceEqual(candidate.Name.Span) ? candidate.Directory : next;
            }

            if (next is null)
            {
                return null;
            }

            directory = next;
        }

        return directory;
    }

    /// <summary>In the order of the bytes of the names. Once: each layer's directories are read once.</summary>
    public List<StackName> Names(ReadOnlySpan<byte> shownPath)
    {
        if (_places.Length == 1)
        {
            return OfOne(_places[0], shownPath);
        }

        var cursors = new Cursor[_places.Length];
        for (var i = 0; i < cursors.Length; i++)
        {
            ref readonly var place = ref _places[i];
            cursors[i] = new(place.Layer, place.Layer.Nodes.Names(place.Nid, place.Inode, shownPath));
        }

        var names = new List<StackName>(cursors[0].Names.Count);
        while (Lowest(cursors) is { } name)
        {
            if (Shown(name, cursors, shownPath) is { } shown)
            {
                names.Add(shown);
            }
        }

        return names;
    }

    private static List<StackName> OfOne(in StackPlace place, ReadOnlySpan<byte> shownPath)
    {
        var layer = place.Layer;
        var found = layer.Nodes.Names(place.Nid, place.Inode, shownPath);
        var names = new List<StackName>(found.Count);
        foreach (var (name, nid, kind) in found)
        {
            if (kind is EntryKind.Directory)
            {
                names.Add(new(name, kind, layer, nid, new([StackPlace.Read(layer, nid, shownPath)])));
            }
            else if (!IsWhiteout(layer, nid, kind, shownPath))
            {
                names.Add(new(name, kind, layer, nid, null));
            }
        }

        return names;
    }

    private static ReadOnlyMemory<byte>? Lowest(Cursor[] cursors)
    {
        ReadOnlyMemory<byte>? lowest = null;
        foreach (ref var cursor in cursors.AsSpan())
        {
            if (!cursor.IsAtEnd && (lowest is not { } other || cursor.Current.Name.Span.SequenceCompareTo(other.Span) < 0))
            {
                lowest = cursor.Current.Name;
            }
        }

        return lowest;
    }

    /// <summary>What a name is in the topmost layer that has it; all are taken past it. Null: a whiteout.</summary>
    private static StackName? Shown(ReadOnlyMemory<byte> name, Cursor[] cursors, ReadOnlySpan<byte> shownPath)
    {
        StackName? top = null;
        List<StackPlace>? places = null;
        var isCovered = false; // nothing of the layers below is to be seen
        foreach (ref var cursor in cursors.AsSpan())
        {
            if (cursor.IsAtEnd || !cursor.Current.Name.Span.SequenceEqual(name.Span))
            {
                continue;
            }

            var (_, nid, kind) = cursor.Current;
            cursor.Next++;
            if (isCovered)
            {
                continue;
            }

            isCovered = kind is not EntryKind.Directory;
            if (kind is EntryKind.Directory)
            {
                places ??= new(1);
                places.Add(StackPlace.Read(cursor.Layer, nid, shownPath));
                isCovered = places[^1].IsOpaque;
            }
            else if (places is null && !IsWhiteout(cursor.Layer, nid, kind, shownPath))
            {
                top = new(name, kind, cursor.Layer, nid, null);
            }
        }

        return places is null ? top : new(name, EntryKind.Directory, places[0].Layer, places[0].Nid, new([.. places]));
    }

    private static bool IsWhiteout(ViewLayer layer, ulong nid, EntryKind kind, ReadOnlySpan<byte> shownPath) =>
        kind is EntryKind.CharacterDevice && layer.Read(nid, kind, shownPath).Union == 0;

    private struct Cursor(ViewLayer layer, List<DirectoryName> names)
    {
        public readonly ViewLayer Layer => layer;

        public readonly List<DirectoryName> Names => names;

        public int Next;

        public readonly bool IsAtEnd => Next == names.Count;

        public readonly DirectoryName Current => names[Next];
    }
}
