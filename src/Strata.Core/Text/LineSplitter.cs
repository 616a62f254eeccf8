namespace Strata.Core.Text;

/// <summary>
/// Cuts a stream of bytes into lines at LF, CR LF and lone CR (a progress bar's redraws are lines). A line over <see cref="LineLengthMax"/>
/// comes in pieces. Copies only what a line's end is still awaited for.
/// </summary>
public sealed class LineSplitter
{
    public const int LineLengthMax = 64 << 10; // bytes

    private readonly byte[] _carry = new byte[LineLengthMax];
    private int _carried;
    private bool _afterReturn; // the last byte was CR: an LF now belongs to it

    /// <summary>Takes the next piece off <paramref name="input"/>. It is valid until the next call.</summary>
    /// <param name="complete">The line ends after this piece.</param>
    public bool TryRead(ref ReadOnlyMemory<byte> input, out ReadOnlyMemory<byte> piece, out bool complete)
    {
        piece = default;
        complete = false;
        if (_afterReturn && input.Length > 0)
        {
            _afterReturn = false;
            if (input.Span[0] == '\n')
            {
                input = input[1..];
            }
        }

        if (input.Length == 0)
        {
            return false;
        }

        var room = LineLengthMax - _carried;
        var window = input.Length > room ? input[..room] : input;
        var end = window.Span.IndexOfAny((byte)'\n', (byte)'\r');
        if (end >= 0)
        {
            _afterReturn = window.Span[end] == '\r';
            piece = TakeCarried(window[..end]);
            input = input[(end + 1)..];
            complete = true;
            return true;
        }

        if (window.Length == room)
        {
            piece = TakeCarried(window);
            input = input[window.Length..];
            return true;
        }

        window.CopyTo(_carry.AsMemory(_carried));
        _carried += window.Length;
        input = default;
        return false;
    }

    /// <summary>What came after the last line end; empty when there is nothing.</summary>
    public ReadOnlyMemory<byte> TakeRest() => TakeCarried(default);

    private ReadOnlyMemory<byte> TakeCarried(ReadOnlyMemory<byte> last)
    {
        if (_carried == 0)
        {
            return last;
        }

        last.CopyTo(_carry.AsMemory(_carried));
        var whole = _carry.AsMemory(0, _carried + last.Length);
        _carried = 0;
        return whole;
    }
}
