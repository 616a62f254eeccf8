using Strata.Sandbox.Native;

namespace Strata.Sandbox.Mounts;

/// <summary>
/// One thread in a mount namespace of its own. All mounts of all sandboxes are made here and children started here inherit them; the host never
/// sees one, and when this process ends, however it ends, the kernel drops them all.
/// </summary>
internal sealed class MountNamespaceThread : IDisposable
{
    private const int QueueLengthMax = 1024;

    private readonly ActionQueue _actions = new(QueueLengthMax);

    // Results are handed on by a second thread, which never enters the namespace: completing a task may start a pool thread, and a new thread
    // inherits the namespace of the one that starts it. Then half of the process would see the sandboxes' mounts.
    private readonly ActionQueue _results = new(QueueLengthMax);
    private IOException? _refused; // the namespace; written and read by its thread alone

    internal MountNamespaceThread()
    {
        Processes.ReadinessPoller.EnsureStarted();
        new Thread(HandOn) { IsBackground = true, Name = "strata results" }.Start();
        new Thread(Run) { IsBackground = true, Name = "strata mounts" }.Start();
    }

    /// <summary>Actions run one after another, in order. They must not start threads or tasks.</summary>
    internal Task<T> RunAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _actions.Add(() =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _results.Add(() => done.SetCanceled(cancellationToken));
                return;
            }

            try
            {
                if (_refused is { } refused)
                {
                    throw SandboxDiagnostics.Refused(SandboxDiagnostics.MountNamespaceRefused(refused.Message), refused);
                }

                var result = action();
                _results.Add(() => done.SetResult(result));
            }
            catch (Exception e)
            {
                _results.Add(() => done.SetException(e));
            }
        });
        return done.Task;
    }

    internal Task RunAsync(Action action, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                action();
                return true;
            },
            cancellationToken);

    /// <summary>The thread ends after the queued actions; its mounts go with it unless a child still lives in the namespace.</summary>
    public void Dispose() => _actions.Add(null);

    private void Run()
    {
        try
        {
            Enter();
        }
        catch (IOException e)
        {
            _refused = e;
        }

        while (_actions.Take() is { } action)
        {
            action();
        }

        _results.Add(null);
    }

    private void HandOn()
    {
        while (_results.Take() is { } result)
        {
            result();
        }
    }

    private static void Enter()
    {
        if (LibC.Unshare(CloneFlags.NewMountNamespace | CloneFlags.FileSystem) < 0)
        {
            throw Errno.Failure("unshare");
        }

        if (LibC.Mount("none", "/", null, MountFlags.Private | MountFlags.Recursive, null) < 0)
        {
            throw Errno.Failure("making mounts private");
        }

        // crun refuses hybrid hosts (v1 controllers beside a v2 mount); in here the v2 mount can go without anybody missing it.
        var table = MountTable.Read("/proc/thread-self/mountinfo");
        if (table.Exists(m => m.Type == "cgroup"))
        {
            foreach (var entry in table)
            {
                // Hidden, not unmounted: a normal user may not unmount what the host mounted, and below the mount may be a host's tmpfs in which the
                // runtime would leave directories.
                if (entry.Type == "cgroup2")
                {
                    _ = LibC.Mount("tmpfs", entry.Target, "tmpfs", MountFlags.NoSetUserId | MountFlags.NoDevices, "mode=0755,size=1m");
                }
            }
        }
    }
}
