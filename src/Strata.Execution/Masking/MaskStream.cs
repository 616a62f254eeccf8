using System.Buffers;
using Strata.Core.Secrets;

namespace Strata.Execution.Masking;

/// <summary>
/// Replaces every run of bytes that belongs to some match by <c>***</c>, whatever the borders between the pieces. What is written out depends
/// only on the whole text. Holds back only bytes that may still become part of a match: at most the longest pattern.
/// </summary>
internal sealed class MaskStream(SecretMasker masker)
{
    private readonly List<(int Start, int End)> _matches = []; // in the held bytes; disjoint, ascending
    private byte[] _held = new byte[256]; // seen, not yet written: may belong to a match, or waits for the pre-filter's window
    private int _heldCount;
    private PatternSet _patterns = masker.Patterns;
    private int _state;
    private int _scanned; // in _held: the automaton has seen what is before
    private bool _inMask; // the last byte decided belongs to a match: its *** is written

    /// <summary>Masks a whole line at once. Nothing may be held from before.</summary>
    /// <returns>The line itself when nothing matches: no copy.</returns>
    public ReadOnlySpan<byte> MaskLine(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> masked)
    {
        _patterns = masker.Patterns;
        if (_patterns.IsEmpty || !HasMatch(line))
        {
            return line;
        }

        masked.ResetWrittenCount();
        Write(line, masked);
        Flush(masked);
        return masked.WrittenSpan;
    }

    /// <summary>Appends what is decided by now to <paramref name="output"/>.</summary>
    public void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        Hold(piece);
        Scan(atEnd: false);
        Emit(_scanned - _patterns.DepthOf(_state), output);
    }

    /// <summary>The text ends here: the next piece is another text, masked with the patterns known by then.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        Scan(atEnd: true);
        Emit(_heldCount, output);
        (_state, _scanned, _inMask) = (0, 0, false);
        _patterns = masker.Patterns;
    }

    private bool HasMatch(ReadOnlySpan<byte> line)
    {
        var position = 0;
        while (true)
        {
            position = _patterns.FindCandidate(line, position);
            if (position > line.Length - PatternSet.Window)
            {
                return false;
            }

            var state = 0;
            do
            {
                state = _patterns.Next(state, line[position++]);
                if (_patterns.MatchLength(state) > 0)
                {
                    return true;
                }
            }
            while (state != 0 && position < line.Length);
        }
    }

    private void Scan(bool atEnd)
    {
        var text = _held.AsSpan(0, _heldCount);
        while (_scanned < text.Length)
        {
            if (_state == 0)
            {
                _scanned = _patterns.FindCandidate(text, _scanned);
                if (_scanned > text.Length - PatternSet.Window)
                {
                    if (atEnd)
                    {
                        _scanned = text.Length; // too short for any pattern
                    }

                    return;
                }
            }

            _state = _patterns.Next(_state, text[_scanned++]);
            if (_patterns.MatchLength(_state) is > 0 and var length)
            {
                MarkCovered(_scanned - length, _scanned);
            }
        }
    }

    private void MarkCovered(int start, int end)
    {
        while (_matches.Count > 0 && _matches[^1].End >= start)
        {
            start = Math.Min(start, _matches[^1].Start);
            _matches.RemoveAt(_matches.Count - 1);
        }

        _matches.Add((start, end));
    }

    /// <summary>Writes out the first <paramref name="count"/> held bytes and forgets them.</summary>
    private void Emit(int count, IBufferWriter<byte> output)
    {
        if (count <= 0)
        {
            return;
        }

        ReadOnlySpan<byte> text = _held.AsSpan(0, _heldCount);
        var position = 0;
        var used = 0;
        foreach (var (start, end) in _matches)
        {
            if (start >= count)
            {
                break;
            }

            if (start > position)
            {
                output.Write(text[position..start]);
                _inMask = false;
            }

            if (!_inMask)
            {
                output.Write(SecretMasker.Mask);
                _inMask = true;
            }

            position = Math.Min(end, count);
            used++;
        }

        if (position < count)
        {
            output.Write(text[position..count]);
            _inMask = false;
        }

        Forget(count, used);
    }

    private void Forget(int count, int used)
    {
        if (used > 0 && _matches[used - 1].End > count)
        {
            _matches[used - 1] = (count, _matches[used - 1].End);
            used--;
        }

        _matches.RemoveRange(0, used);
        for (var i = 0; i < _matches.Count; i++)
        {
            _matches[i] = (_matches[i].Start - count, _matches[i].End - count);
        }

        _held.AsSpan(count, _heldCount - count).CopyTo(_held);
        _heldCount -= count;
        _scanned -= count;
    }

    private void Hold(ReadOnlySpan<byte> piece)
    {
        if (_heldCount + piece.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _heldCount + piece.Length));
        }

        piece.CopyTo(_held.AsSpan(_heldCount));
        _heldCount += piece.Length;
    }
}
