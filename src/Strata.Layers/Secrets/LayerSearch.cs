using System.Buffers;
using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Secrets;

/// <summary>One search through a layer, name by name.</summary>
/// <param name="at">Where jobs see the layer's root.</param>
internal sealed class LayerSearch(ErofsReader image, SecretPatterns patterns, byte[] at) : IDisposable
{
    private const int ChunkSize = 1 << 20;

    private readonly List<SecretFind> _finds = [];
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkSize + patterns.LengthMax);

    public IReadOnlyList<SecretFind> Finds => _finds;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    public void LookAt(ErofsEntry file)
    {
        var entry = file.Entry;
        if (!patterns.IsEmpty)
        {
            var parent = entry.Path.AsSpan().LastIndexOf((byte)'/') + 1;
            LookThrough(entry, entry.Path, SecretPlace.Name, from: parent);
            if (entry.Kind is EntryKind.Symlink)
            {
                LookThrough(entry, entry.Link, SecretPlace.LinkTarget, from: 0);
            }

            foreach (var attribute in entry.Attributes)
            {
                LookThrough(entry, attribute.Name, SecretPlace.Attribute, from: 0);
                LookThrough(entry, attribute.Value, SecretPlace.Attribute, from: 0);
            }
        }

        if (entry is { Kind: EntryKind.File, Size: > 0 })
        {
            if (!patterns.IsEmpty)
            {
                LookInside(file);
            }

            LookForCredentials(file);
        }
    }

    /// <param name="from">A match counts when it ends behind: what is before belongs to another name.</param>
    private void LookThrough(LayerEntry entry, ReadOnlySpan<byte> text, SecretPlace place, int from)
    {
        for (var end = patterns.Find(text, 0, out var length); length > 0; end = patterns.Find(text, end, out length))
        {
            if (end > from)
            {
                Add(entry, place, patterns.OwnerOf(text[(end - length)..end]), line: static () => 0);
            }
        }
    }

    private void LookInside(ErofsEntry file)
    {
        var offset = 0L;
        var kept = 0; // bytes at the buffer's start that came before: a match may begin there
        foreach (var extent in file.Extents)
        {
            var end = Math.Min(offset + (extent.BlockCount * ErofsFormat.BlockSize), file.Entry.Size);
            if (extent.IsHole)
            {
                (offset, kept) = (end, 0); // no value has a whole block of zeros
                continue;
            }

            while (offset < end)
            {
                var count = (int)Math.Min(ChunkSize, end - offset);
                image.ReadContent(file, offset, _buffer.AsSpan(kept, count));
                var text = _buffer.AsSpan(0, kept + count);
                Report(file, text, offset - kept);
                offset += count;
                kept = Math.Min(text.Length, patterns.LengthMax - 1);
                text[^kept..].CopyTo(_buffer);
            }
        }
    }

    private void Report(ErofsEntry file, ReadOnlySpan<byte> text, long start)
    {
        for (var end = patterns.Find(text, 0, out var length); length > 0; end = patterns.Find(text, end, out length))
        {
            var before = start + end - length;
            Add(file.Entry, SecretPlace.Content, patterns.OwnerOf(text[(end - length)..end]), () => LineAt(file, before));
        }
    }

    private void Add(LayerEntry entry, SecretPlace place, (string Secret, string Form) owner, Func<long> line)
    {
        var path = TreePath.Join(at, entry.Path);
        for (var i = _finds.Count - 1; i >= 0 && _finds[i].Path.AsSpan().SequenceEqual(path); i--)
        {
            if (_finds[i].Place == place && _finds[i].Secret == owner.Secret)
            {
                return;
            }
        }

        if (_finds.Count < SecretGate.FindsMax)
        {
            _finds.Add(new(path, place, line(), owner.Secret, owner.Form));
        }
    }

    /// <summary>Only asked for a find: another pass over what is before it.</summary>
    private long LineAt(ErofsEntry file, long end)
    {
        var line = 1L;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        for (var offset = 0L; offset < end;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset));
            image.ReadContent(file, offset, part);
            line += part.Count((byte)'\n');
            offset += part.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return line;
    }

    private void LookForCredentials(ErofsEntry file)
    {
        if (file.Entry.Size > CredentialFiles.SizeMax || _finds.Count >= SecretGate.FindsMax)
        {
            return;
        }

        var path = TreePath.Join(at, file.Entry.Path);
        if (CredentialFiles.Of(path) is not { } kind)
        {
            return;
        }

        var content = new byte[file.Entry.Size];
        image.ReadContent(file, 0, content);
        if (kind.LineOf(Encoding.UTF8.GetString(content)) is > 0 and var line)
        {
            _finds.Add(new(path, SecretPlace.Content, line, null, kind.What));
        }
    }
}
