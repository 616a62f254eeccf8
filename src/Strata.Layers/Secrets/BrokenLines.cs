using System.Runtime.InteropServices;

namespace Strata.Layers.Secrets;

/// <summary>
/// Finds forms that are broken over lines. Only what surrounds a line end is looked at, as far as a form reaches to both sides and only where it may be of one:
/// its digits are put together and searched. A file comes in pieces; what is found does not depend on their borders.
/// </summary>
/// <param name="found">Told whose the value is and where the line begins in which it does.</param>
internal sealed class BrokenLines(FormSearch forms, EncodedAlphabet alphabet, Action<(string Secret, string Form), long> found)
{
    private const int SizeMin = 1 << 12;
    private const int OffsetDigits = 7; // od(1) begins each line with so many; whole bytes have an even number

    private readonly byte[] _digits = new byte[Math.Max(SizeMin, 4 * forms.LengthMax)];
    private readonly List<(int At, long Offset)> _lines = []; // where in _digits a line of the file begins
    private int _count;
    private int _inLine; // digits of this line, until something stands between them
    private int _sinceEnd; // digits since a line end
    private bool _isOpen;
    private int _seenTo; // of this piece

    /// <summary>The next piece: what was open goes on in it.</summary>
    /// <param name="from">Before it is what the last pieces ended with.</param>
    /// <param name="start">Where in the file <paramref name="text"/> begins.</param>
    public void Continue(ReadOnlySpan<byte> text, int from, long start)
    {
        _seenTo = from;
        if (_isOpen)
        {
            Put(text, from, start);
        }
    }

    /// <summary>A line ends in the piece.</summary>
    public void LookAround(ReadOnlySpan<byte> text, int lineEnd, long start)
    {
        if (lineEnd < _seenTo || forms.IsEmpty || (lineEnd + 1 < text.Length && alphabet[text[lineEnd + 1]] == EncodedAlphabet.Other))
        {
            return;
        }

        var from = FirstBefore(text, lineEnd);
        if (from < lineEnd)
        {
            _isOpen = true;
            _inLine = from == 0 ? (start == 0 ? 0 : OffsetDigits + 1) : text[from - 1] == (byte)'\n' ? 0 : OffsetDigits + 1;
            _lines.Add((0, start + from));
            Put(text, from, start);
        }
    }

    /// <summary>What comes next does not belong to what came before.</summary>
    public void End()
    {
        if (_isOpen)
        {
            Search();
            (_isOpen, _count, _sinceEnd) = (false, 0, 0);
            _lines.Clear();
        }
    }

    /// <summary>The first digit before a line end that a form over it may begin with; the line end: there is none.</summary>
    private int FirstBefore(ReadOnlySpan<byte> text, int lineEnd)
    {
        var first = lineEnd;
        var count = 0;
        for (var at = lineEnd - 1; at >= 0 && count < forms.LengthMax - 1; at--)
        {
            var meaning = alphabet[text[at]];
            if (meaning > EncodedAlphabet.Separator)
            {
                (first, count) = (at, count + 1);
            }
            else if (meaning != EncodedAlphabet.Separator)
            {
                break;
            }
        }

        return first;
    }

    private void Put(ReadOnlySpan<byte> text, int at, long start)
    {
        for (; at < text.Length; at++)
        {
            var meaning = alphabet[text[at]];
            if (meaning > EncodedAlphabet.Separator)
            {
                if (++_sinceEnd == forms.LengthMax)
                {
                    break; // the line end is behind every form
                }

                Put(meaning, start + at);
            }
            else if (meaning == EncodedAlphabet.LineEnd)
            {
                (_sinceEnd, _inLine) = (0, 0);
            }
            else if (meaning == EncodedAlphabet.Separator)
            {
                if (_inLine == OffsetDigits && alphabet == EncodedAlphabet.Hex)
                {
                    (_count, _sinceEnd) = (_count - OffsetDigits, _sinceEnd - OffsetDigits);
                }

                _inLine = _inLine > 0 ? OffsetDigits + 1 : 0;
            }
            else if (meaning == EncodedAlphabet.Other || _inLine > 0)
            {
                break;
            }
        }

        _seenTo = at;
        if (at < text.Length)
        {
            End();
        }
    }

    private void Put(byte digit, long offset)
    {
        if (_count == _digits.Length)
        {
            Search();
            Keep(forms.LengthMax + OffsetDigits);
        }

        if (_inLine++ == 0)
        {
            _lines.Add((_count, offset));
        }

        _digits[_count++] = digit;
    }

    private void Keep(int count)
    {
        var gone = _count - count;
        _digits.AsSpan(gone, count).CopyTo(_digits);
        _count = count;
        var first = Math.Max(_lines.FindLastIndex(line => line.At <= gone), 0);
        _lines.RemoveRange(0, first);
        foreach (ref var line in CollectionsMarshal.AsSpan(_lines))
        {
            line.At -= gone;
        }
    }

    private void Search()
    {
        var text = _digits.AsSpan(0, _count);
        for (var end = forms.Find(text, 0, out var length); length > 0; end = forms.Find(text, end, out length))
        {
            var begin = end - length;
            found(forms.OwnerOf(text[begin..end]), _lines[Math.Max(_lines.FindLastIndex(line => line.At <= begin), 0)].Offset);
        }
    }
}
