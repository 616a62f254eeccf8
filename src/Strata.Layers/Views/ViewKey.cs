using System.Buffers;
using System.Buffers.Binary;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>
/// What a view is found by: the hash of its request, in which no order counts that means nothing. docs/format/layer.md draws it; a change there, or of the bytes
/// a request gives, is a new format name.
/// </summary>
public static class ViewKey
{
    public static Digest Of(ViewRequest request)
    {
        var record = new Record();
        record.Text("strata.view/2"u8);
        record.Owner(request.OwnedBy);
        record.Time(request.Modified);
        record.Directories(request.Directories);
        record.Number((uint)request.Parts.Count);
        foreach (var part in request.Parts)
        {
            record.Part(part);
        }

        return Digest.Of(record.Bytes.WrittenSpan);
    }

    /// <summary>Numbers are little-endian; a text is its length in 4 bytes, then its bytes; what may be absent begins with a byte 0 or 1.</summary>
    private sealed class Record
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(1024);

        public void Part(ViewPart part)
        {
            Number((uint)part.Layers.Count);
            foreach (var layer in part.Layers)
            {
                layer.Digest.CopyTo(Bytes.GetSpan(32));
                Bytes.Advance(32);
            }

            Text(part.Below);
            Text(part.Prefix);
            Has(part.StandsAlone);
            Selection(part.Selection);
        }

        public void Directories(IReadOnlyList<ViewDirectory> directories)
        {
            if (directories.Count == 0)
            {
                Number(0);
                return;
            }

            var last = new SortedDictionary<byte[], ViewDirectory>(PathComparer); // of one path the last counts
            foreach (var directory in directories)
            {
                last[directory.Path] = directory;
            }

            Number((uint)last.Count);
            foreach (var directory in last.Values)
            {
                Text(directory.Path);
                Number(directory.Mode);
                Owner((directory.User, directory.Group));
                Time(directory.Modified);
                Number((uint)directory.Attributes.Count);
                foreach (var attribute in directory.Attributes.OrderBy(static a => a.Name, PathComparer))
                {
                    Text(attribute.Name);
                    Text(attribute.Value);
                }
            }
        }

        public void Owner((uint User, uint Group)? owner)
        {
            if (Has(owner is not null))
            {
                Number(owner!.Value.User);
                Number(owner.Value.Group);
            }
        }

        public void Time(Timestamp? time)
        {
            if (Has(time is not null))
            {
                BinaryPrimitives.WriteInt64LittleEndian(Bytes.GetSpan(sizeof(long)), time!.Value.Seconds);
                Bytes.Advance(sizeof(long));
                Number(time.Value.Nanoseconds);
            }
        }

        public void Number(uint number)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes.GetSpan(sizeof(uint)), number);
            Bytes.Advance(sizeof(uint));
        }

        public void Text(ReadOnlySpan<byte> text)
        {
            Number((uint)text.Length);
            Bytes.Write(text);
        }

        private static Comparer<byte[]> PathComparer { get; } = Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b));

        private void Selection(ViewSelection selection)
        {
            if (Has(selection.Globs is not null))
            {
                Number((uint)selection.Globs!.Patterns.Count); // their order counts
                foreach (var pattern in selection.Globs.Patterns)
                {
                    Text(System.Text.Encoding.UTF8.GetBytes(pattern.Canonical));
                }
            }

            if (Has(selection.Paths is not null))
            {
                Paths(selection.Paths!);
            }

            Paths(selection.Except);
        }

        private void Paths(IReadOnlyList<byte[]> paths)
        {
            if (paths.Count == 0)
            {
                Number(0);
                return;
            }

            var sorted = new List<byte[]>(new HashSet<byte[]>(paths, NameComparer.Instance));
            sorted.Sort(PathComparer);
            Number((uint)sorted.Count);
            foreach (var path in sorted)
            {
                Text(path);
            }
        }

        private bool Has(bool present)
        {
            Bytes.GetSpan(1)[0] = present ? (byte)1 : (byte)0;
            Bytes.Advance(1);
            return present;
        }
    }
}
