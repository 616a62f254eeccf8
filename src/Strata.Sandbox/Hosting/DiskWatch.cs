using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Native;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>
/// Holds a job to its disk limit without quotas, which few hosts have: what it wrote is summed up every second (less often when that takes long),
/// and whenever a step has ended, and a job over its limit is ended. So a job can exceed it by what it writes in between. ADR 0050 says what is not counted.
/// </summary>
internal sealed class DiskWatch(Slot slot, ByteSize limit, int firstProcess, TimeProvider time) : IAsyncDisposable
{
    private const int BlockSize = 512; // of stat, whatever the file system's
    private const int RestFactor = 10; // at most a tenth of the time is spent looking
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _looking = new(); // guards _spent, and that a look which began before is waited for
    private TimeSpan _spent;
    private Task _loop = Task.CompletedTask;

    /// <summary>Why the job was ended, or null.</summary>
    internal Diagnostic? Exceeded { get; private set; }

    internal void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (Exceeded is null)
        {
            await Task.Delay(_spent * RestFactor > Interval ? _spent * RestFactor : Interval, time, _end.Token).ConfigureAwait(false);
            Look();
        }
    }

    /// <summary>On return the job is ended if it is over its limit.</summary>
    internal void Look()
    {
        lock (_looking)
        {
            if (Exceeded is not null)
            {
                return;
            }

            var begin = time.GetTimestamp();
            var used = UsedBytes();
            _spent = time.GetElapsedTime(begin);
            if (used > limit.Bytes)
            {
                Exceeded = SandboxDiagnostics.DiskLimitReached(limit.ToString(), new ByteSize(used).ToString());
                _ = LibC.Kill(firstProcess, Signals.Kill);
            }
        }
    }

    private long UsedBytes()
    {
        var used = 0L;
        foreach (var directory in (string[])[slot.RootUpper, slot.WorkspaceUpper, slot.Temporary, slot.Exchange])
        {
            used += UsedBytes(directory);
        }

        return used;
    }

    // Hard links are counted each time: a job gains nothing by them, and remembering inodes would cost memory the job decides on.
    private long UsedBytes(string top)
    {
        var used = 0L;
        var pending = new Stack<string>();
        pending.Push(top);
        var options = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = true };
        while (pending.TryPop(out var directory) && !_end.IsCancellationRequested)
        {
            try
            {
                foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", options))
                {
                    if (FileStatus.Of(path) is { } status)
                    {
                        used += (long)status.Blocks * BlockSize;
                        if (status.IsDirectory)
                        {
                            pending.Push(path);
                        }
                    }
                }
            }
            catch (IOException)
            {
                // Removed meanwhile, or deeper than a path can be.
            }
        }

        return used;
    }
}
