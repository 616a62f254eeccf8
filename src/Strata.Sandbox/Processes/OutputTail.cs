using System.Text;

namespace Strata.Sandbox.Processes;

/// <summary>Keeps the last 8 KiB of what passes.</summary>
internal sealed class OutputTail(IExecOutput? next) : IExecOutput
{
    private const int SizeMax = 8192;

    private readonly byte[] _ring = new byte[SizeMax];
    private long _written;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var kept = bytes.Length > SizeMax ? bytes[^SizeMax..] : bytes;
        _written += bytes.Length - kept.Length;
        foreach (var value in kept.Span)
        {
            _ring[_written++ % SizeMax] = value;
        }

        return next?.WriteAsync(bytes, cancellationToken) ?? ValueTask.CompletedTask;
    }

    /// <summary>As text, without white space at the ends.</summary>
    public override string ToString()
    {
        var length = (int)Math.Min(_written, SizeMax);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = _ring[(_written - length + i) % SizeMax];
        }

        return Encoding.UTF8.GetString(bytes).Trim();
    }
}
