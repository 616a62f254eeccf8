using System.Text;
using Strata.Core.Text;

namespace Strata.Images.Building;

/// <summary>Reads what another process writes to a build's log, from its beginning. A log that cannot be read is only not shown.</summary>
internal sealed class LogFollower(string path, Action<string> tell) : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly LineSplitter _lines = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private FileStream? _file;

    /// <summary>Tells what came since the last call.</summary>
    public void Read()
    {
        try
        {
            _file ??= new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            while (_file.Read(_buffer) is var count and > 0)
            {
                ReadOnlyMemory<byte> read = _buffer.AsMemory(0, count);
                while (_lines.TryRead(ref read, out var piece, out _))
                {
                    tell(Encoding.UTF8.GetString(piece.Span));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    public void Dispose() => _file?.Dispose();
}
