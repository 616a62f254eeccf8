using System.Globalization;
using System.Text;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Tracing;

/// <summary>
/// Follows all that process 1 of a sandbox starts, from a thread of its own that waits for nothing else, until none of it is left. What it reads in a process is
/// bounded, and means nothing but a name.
/// </summary>
internal sealed class FileTracer : IFileTrace
{
    private const int PathsMax = 100_000;
    private const int PathLengthMax = 4096;
    private const int PageSize = 4096;
    private const int CurrentDirectory = -100;
    private const int SignalTrap = 5;
    private const int SystemCallMark = 0x80;

    private readonly int _first;
    private readonly Lock _lock = new(); // guards the three sets
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (bool Opens, string Path, int Directory)> _entered = [];
    private readonly byte[] _buffer = new byte[PathLengthMax];
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FileTracer(int first) => _first = first;

    /// <exception cref="IOException">The kernel does not allow it.</exception>
    internal static async Task<FileTracer> StartAsync(int first)
    {
        var tracer = new FileTracer(first);
        new Thread(tracer.Run) { IsBackground = true, Name = "file trace" }.Start();
        var error = await tracer._started.Task.ConfigureAwait(false);
        return error == 0 ? tracer : throw new IOException($"The step cannot be traced: {Errno.Text(error)}");
    }

    public TracedPaths Paths()
    {
        lock (_lock)
        {
            return new([.. _missing], [.. _found], [.. _seen]);
        }
    }

    private unsafe void Run()
    {
        if (TraceCalls.Trace(TraceCalls.Seize, _first, 0, TraceCalls.Options) != 0)
        {
            _started.SetResult(Errno.Last);
            return;
        }

        _started.SetResult(0);
        while (true)
        {
            int status;
            var process = TraceCalls.Wait(-1, &status, TraceCalls.AllOfThisThread);
            if (process < 0)
            {
                if (Errno.Last == Errno.Interrupted)
                {
                    continue;
                }

                return; // nobody is left
            }

            if ((status & 0xFF) == 0x7F)
            {
                OnStop(process, (status >> 8) & 0xFF, status >> 16);
            }
            else
            {
                _entered.Remove(process);
            }
        }
    }

    private void OnStop(int process, int signal, int happened)
    {
        var isSystemCall = signal == (SignalTrap | SystemCallMark);
        if (isSystemCall)
        {
            OnSystemCall(process);
        }

        var isHeld = happened == TraceCalls.EventStop && signal != SignalTrap; // stopped by a signal, and stays so
        nint request = isHeld ? TraceCalls.Listen : process == _first ? TraceCalls.Continue : TraceCalls.StepSystemCall;
        TraceCalls.Trace(request, process, 0, isSystemCall || happened != 0 ? 0 : signal);
    }

    private unsafe void OnSystemCall(int process)
    {
        SystemCallInfo info;
        if (TraceCalls.Trace(TraceCalls.GetSystemCallInfo, process, sizeof(SystemCallInfo), (nint)(&info)) <= 0)
        {
            return;
        }

        if (info.Operation == SystemCallInfo.Entry)
        {
            _entered.Remove(process);
            if (FileCalls.Find(info.Architecture, info.Value) is { } call && ReadPath(process, (nint)info.Arguments[call.Path]) is { } path)
            {
                _entered[process] = (call.Opens, path, call.Directory < 0 ? CurrentDirectory : (int)info.Arguments[call.Directory]);
            }
        }
        else if (info.Operation == SystemCallInfo.Exit && _entered.Remove(process, out var entered) && (info.Value >= 0 || info.Value == -Errno.NoEntry))
        {
            Take(AbsoluteOf(process, entered.Directory, entered.Path), info.Value >= 0, entered.Opens);
        }
    }

    private void Take(string? path, bool isThere, bool opens)
    {
        if (path is null)
        {
            return;
        }

        lock (_lock)
        {
            if (!isThere)
            {
                _ = _missing.Count < PathsMax && _missing.Add(path);
                return;
            }

            _missing.Remove(path);
            var there = opens ? _found : _seen;
            _ = there.Count < PathsMax && there.Add(path);
        }
    }

    /// <summary>Null: it cannot be read, is empty, or is too long.</summary>
    private string? ReadPath(int process, nint address)
    {
        for (var length = 0; length < PathLengthMax;)
        {
            // A page at a time: the next may not be there.
            var piece = _buffer.AsSpan(length, (int)Math.Min(PathLengthMax - length, PageSize - ((address + length) % PageSize)));
            var count = TraceCalls.Read(process, address + length, piece);
            var end = piece[..count].IndexOf((byte)0);
            if (end >= 0)
            {
                return length + end == 0 ? null : Encoding.UTF8.GetString(_buffer, 0, length + end);
            }

            if (count < piece.Length)
            {
                return null;
            }

            length += count;
        }

        return null;
    }

    private static string? AbsoluteOf(int process, int directory, string path) =>
        FullPath(process, directory, path) is { } full ? full.Length > 1 ? full.TrimEnd('/') : full : null;

    private static string? FullPath(int process, int directory, string path)
    {
        if (path[0] == '/')
        {
            return Path.GetFullPath(path);
        }

        var link = directory == CurrentDirectory ? $"/proc/{process}/cwd" : string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{directory}");
        try
        {
            return new FileInfo(link).LinkTarget is ['/', ..] at ? Path.GetFullPath(path, at) : null;
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
