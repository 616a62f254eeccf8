using System.Diagnostics;

namespace Strata.Images.BaseSystems;

/// <summary>
/// A running mmdebstrap. It lives in pid and mount namespaces of its own where that is permitted, so that ending it ends all it started and
/// leaves no mount; it dies with this process. A cancel kills it at once: whoever waits for its output then reads the end of it.
/// </summary>
internal sealed class BuilderProcess : IDisposable
{
    private const int LinesKept = 40;

    private readonly Process _process = new();
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> _onLine;
    private CancellationTokenRegistration _onCancel;

    public BuilderProcess(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, Action<string> onLine)
    {
        _onLine = onLine;
        var start = _process.StartInfo;
        start.FileName = command[0];
        for (var i = 1; i < command.Count; i++)
        {
            start.ArgumentList.Add(command[i]);
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it was started with.</summary>
    public CancellationToken Cancellation { get; private set; }

    public Task<int> Ended => _ended.Task;

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lastLines) // guards the queue between the reader of stderr and us
            {
                return [.. _lastLines];
            }
        }
    }

    /// <summary>The parent-death signal follows the thread that starts the process: this one stays until the end.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "base system builder" };
        thread.Start();
        await _started.Task.ConfigureAwait(false);
        Cancellation = cancellationToken;
        _onCancel = cancellationToken.Register(() => TryKill());
    }

    /// <summary>Ends it if it still runs, and waits for that.</summary>
    public async Task KillAsync()
    {
        await _onCancel.DisposeAsync().ConfigureAwait(false);
        if (TryKill())
        {
            await _ended.Task.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _onCancel.Dispose();
        _process.Dispose();
    }

    /// <returns>False: it was never started.</returns>
    private bool TryKill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Run()
    {
        try
        {
            _process.Start();
        }
        catch (Exception e)
        {
            _started.SetException(e);
            return;
        }

        _process.StandardInput.Close();
        _started.SetResult();
        while (_process.StandardError.ReadLine() is { } line)
        {
            lock (_lastLines)
            {
                _lastLines.Enqueue(line);
                if (_lastLines.Count > LinesKept)
                {
                    _lastLines.Dequeue();
                }
            }

            _onLine(line);
        }

        _process.WaitForExit();
        _ended.SetResult(_process.ExitCode);
    }
}
