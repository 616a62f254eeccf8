using System.Buffers;
using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Secrets;

/// <summary>One search through a layer, name by name.</summary>
internal sealed class LayerSearch : IDisposable
{
    private readonly ErofsReader _image;
    private readonly SecretPatterns _patterns;
    private readonly byte[] _at;
    private readonly int _chunkSize;
    private readonly List<SecretFind> _finds = [];
    private readonly byte[] _buffer;
    private readonly BrokenLines[] _broken;
    private ErofsEntry? _file; // whose content is searched

    /// <param name="at">Where jobs see the layer's root.</param>
    /// <param name="chunkSize">Bytes read at once.</param>
    public LayerSearch(ErofsReader image, SecretPatterns patterns, byte[] at, int chunkSize)
    {
        (_image, _patterns, _at, _chunkSize) = (image, patterns, at, chunkSize);
        _buffer = ArrayPool<byte>.Shared.Rent(chunkSize + patterns.KeptMax);
        _broken = [new(patterns.Base64, EncodedAlphabet.Base64, Report), new(patterns.Hex, EncodedAlphabet.Hex, Report)];
    }

    public IReadOnlyList<SecretFind> Finds => _finds;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    public void LookAt(ErofsEntry file)
    {
        var entry = file.Entry;
        if (!_patterns.IsEmpty)
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
            if (!_patterns.IsEmpty)
            {
                LookInside(file);
            }

            LookForCredentials(file);
        }
    }

    /// <param name="from">A match counts when it ends behind: what is before belongs to another name.</param>
    private void LookThrough(LayerEntry entry, ReadOnlySpan<byte> text, SecretPlace place, int from)
    {
        for (var end = _patterns.All.Find(text, 0, out var length); length > 0; end = _patterns.All.Find(text, end, out length))
        {
            if (end > from)
            {
                Add(entry, place, _patterns.All.OwnerOf(text[(end - length)..end]), line: static () => 0);
            }
        }
    }

    private void LookInside(ErofsEntry file)
    {
        _file = file;
        var offset = 0L;
        var kept = 0; // bytes at the buffer's start that came before: a match may begin there
        foreach (var extent in file.Extents)
        {
            var end = Math.Min(offset + (extent.BlockCount * ErofsFormat.BlockSize), file.Entry.Size);
            if (extent.IsHole)
            {
                (offset, kept) = (end, 0); // no value has a whole block of zeros
                EndBroken();
                continue;
            }

            while (offset < end)
            {
                var count = (int)Math.Min(_chunkSize, end - offset);
                _image.ReadContent(file, offset, _buffer.AsSpan(kept, count));
                var text = _buffer.AsSpan(0, kept + count);
                Report(file, text, offset - kept);
                LookAroundLineEnds(text, kept, offset - kept);
                offset += count;
                kept = Math.Min(text.Length, _patterns.KeptMax);
                text[^kept..].CopyTo(_buffer);
            }
        }

        EndBroken();
    }

    private void LookAroundLineEnds(ReadOnlySpan<byte> text, int from, long start)
    {
        foreach (var broken in _broken)
        {
            broken.Continue(text, from, start);
        }

        for (var next = text[from..].IndexOf((byte)'\n'); next >= 0; next = text[from..].IndexOf((byte)'\n'))
        {
            var lineEnd = from + next;
            from = lineEnd + 1;
            if (from < text.Length && EncodedAlphabet.Base64[text[from]] == EncodedAlphabet.Other)
            {
                continue; // nor does a line of hex begin so
            }

            foreach (var broken in _broken)
            {
                broken.LookAround(text, lineEnd, start);
            }
        }
    }

    private void EndBroken()
    {
        foreach (var broken in _broken)
        {
            broken.End();
        }
    }

    private void Report((string Secret, string Form) owner, long offset) => Add(_file!.Entry, SecretPlace.Content, owner, () => LineAt(_file, offset));

    private void Report(ErofsEntry file, ReadOnlySpan<byte> text, long start)
    {
        for (var end = _patterns.All.Find(text, 0, out var length); length > 0; end = _patterns.All.Find(text, end, out length))
        {
            var before = start + end - length;
            Add(file.Entry, SecretPlace.Content, _patterns.All.OwnerOf(text[(end - length)..end]), () => LineAt(file, before));
        }
    }

    private void Add(LayerEntry entry, SecretPlace place, (string Secret, string Form) owner, Func<long> line)
    {
        var path = TreePath.Join(_at, entry.Path);
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
            _image.ReadContent(file, offset, part);
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

        var path = TreePath.Join(_at, file.Entry.Path);
        if (CredentialFiles.Of(path) is not { } kind)
        {
            return;
        }

        var content = new byte[file.Entry.Size];
        _image.ReadContent(file, 0, content);
        if (kind.LineOf(Encoding.UTF8.GetString(content)) is > 0 and var line)
        {
            _finds.Add(new(path, SecretPlace.Content, line, null, kind.What));
        }
    }
}
