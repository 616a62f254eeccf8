using System.Text;
using Strata.Core.Text;
using Strata.Sandbox;

namespace Strata.Images.Building;

/// <summary>
/// What a step prints while its layer is made: told line by line, and written to a file that other processes which wait for the layer follow. Masked before
/// either. A log that cannot be written is no reason for a build to fail.
/// </summary>
/// <param name="path">Null: nobody else waits.</param>
internal sealed class BuildLog(string? path, Func<string, string> mask, Action<string> tell) : IExecOutput, IDisposable
{
    private const int LastLinesMax = 20;
    private const long FileBytesMax = 64 << 20; // those who wait see no more

    private readonly LineSplitter _lines = new();
    private readonly Queue<string> _last = new(LastLinesMax);
    private readonly FileStream? _file = Create(path);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<string> LastLines => [.. _last];

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (_lines.TryRead(ref bytes, out var piece, out _))
        {
            Say(piece.Span);
        }

        Flush();
        return ValueTask.CompletedTask;
    }

    /// <summary>What came after the last line's end.</summary>
    public void End()
    {
        if (_lines.TakeRest() is { IsEmpty: false } rest)
        {
            Say(rest.Span);
            Flush();
        }
    }

    /// <summary>The file is gone with it: what it told counts no more.</summary>
    public void Dispose()
    {
        if (_file is null)
        {
            return;
        }

        _file.Dispose();
        File.Delete(path!);
    }

    private void Say(ReadOnlySpan<byte> line)
    {
        var text = mask(Encoding.UTF8.GetString(line));
        if (_last.Count == LastLinesMax)
        {
            _last.Dequeue();
        }

        _last.Enqueue(text);
        tell(text);
        if (_file is { } file && file.Position < FileBytesMax)
        {
            Try(() => file.Write(Encoding.UTF8.GetBytes(text + "\n")));
        }
    }

    private void Flush()
    {
        if (_file is { } file)
        {
            Try(file.Flush);
        }
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
        }
    }

    private static FileStream? Create(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
