using System.Text;
using Strata.Execution.Events;

namespace Strata.Execution.Logs;

/// <summary>The masked log of one step on disk. Buffered; what is written is on disk when disposed.</summary>
internal sealed class StepLogFile : IAsyncDisposable
{
    public const long SizeMax = 512L << 20; // bytes; a step that prints more is cut in its file, not in its events

    private readonly FileStream _file;
    private long _size;
    private bool _full;

    public StepLogFile(string path) =>
        _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 << 10);

    public void Write(LogKind kind, ReadOnlySpan<byte> masked)
    {
        if (_full)
        {
            return;
        }

        var prefix = Prefix(kind);
        _size += prefix.Length + masked.Length + 1;
        if (_size > SizeMax)
        {
            _full = true;
            _file.Write("[the log is cut here: it is over 512 MiB]\n"u8);
            return;
        }

        _file.Write(prefix);
        _file.Write(masked);
        _file.WriteByte((byte)'\n');
    }

    public void Write(LogKind kind, string masked) => Write(kind, Encoding.UTF8.GetBytes(masked));

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static ReadOnlySpan<byte> Prefix(LogKind kind) => kind switch
    {
        LogKind.Debug => "##[debug]"u8,
        LogKind.Notice => "##[notice]"u8,
        LogKind.Warning => "##[warning]"u8,
        LogKind.Error => "##[error]"u8,
        LogKind.Group => "##[group]"u8,
        LogKind.EndGroup => "##[endgroup]"u8,
        _ => ""u8,
    };
}
