namespace Strata.Storage.Frames;

/// <summary>A frame, and where its bytes are: plain in the blob, stored in the object.</summary>
internal readonly record struct FramePlace(Frame Frame, int Part, int Position, long PlainOffset, long StoredOffset)
{
    public long PlainEnd => PlainOffset + Frame.PlainLength;

    public long StoredEnd => StoredOffset + Frame.StoredLength;
}

/// <summary>All frames of a blob, in order.</summary>
internal sealed class FramePlaces
{
    private readonly FramePlace[] _places;

    public FramePlaces(BlobIndex index)
    {
        _places = new FramePlace[index.FrameCount];
        var (next, plain, partStart) = (0, 0L, 0L);
        for (var part = 0; part < index.Parts.Count; part++)
        {
            var stored = partStart;
            var frames = index.Parts[part].Frames.Frames;
            for (var i = 0; i < frames.Count; i++)
            {
                _places[next++] = new(frames[i], part + 1, i, plain, stored);
                plain += frames[i].PlainLength;
                stored += frames[i].StoredLength;
            }

            partStart += index.Parts[part].StoredLength;
        }
    }

    public int Count => _places.Length;

    public FramePlace this[int index] => _places[index];

    /// <param name="offset">Within the blob.</param>
    public int IndexOf(long offset)
    {
        var (low, high) = (0, _places.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_places[middle].PlainOffset <= offset)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>Frames that lie one behind the other, at most so many: one read.</summary>
    public IEnumerable<Range> Stretches(int framesMax)
    {
        for (var start = 0; start < _places.Length;)
        {
            var end = start + 1;
            while (end < _places.Length && end - start < framesMax && _places[end].StoredOffset == _places[end - 1].StoredEnd)
            {
                end++;
            }

            yield return start..end;
            start = end;
        }
    }
}
