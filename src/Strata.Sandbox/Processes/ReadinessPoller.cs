using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>One thread of the process waits for all descriptors (pipes, pidfds) together: no polling, no thread for each child.</summary>
internal sealed class ReadinessPoller
{
    private const int EventCountMax = 64;
    private const uint Readable = 0x1;
    private const uint OneShot = 1u << 30;
    private const int Add = 1;
    private const int Remove = 2;

    private static readonly Lazy<ReadinessPoller> Instance = new(() => new ReadinessPoller());

    // struct epoll_event is packed on x86-64 only (sys/epoll.h).
    private static readonly int EventSize = Processor.IsArm ? 16 : 12;
    private static readonly int DataOffset = EventSize - sizeof(long);

    private readonly SafeFileHandle _poll = Descriptor.Own(LibC.EpollCreate(OpenFlags.CloseOnExec), "epoll_create1");
    private readonly Dictionary<int, TaskCompletionSource> _waits = []; // guarded by itself

    private ReadinessPoller() => new Thread(Run) { IsBackground = true, Name = "strata readiness" }.Start();

    internal static void EnsureStarted() => _ = Instance.Value;

    /// <summary>
    /// Completes when a read would not block (data, end of file or error), or on cancel: that is no exception, as it happens at every step's end.
    /// At most one wait a descriptor; the handle stays open meanwhile.
    /// </summary>
    internal static Task WaitReadableAsync(SafeFileHandle handle, CancellationToken cancellationToken) =>
        Instance.Value.WaitAsync(handle, cancellationToken);

    private async Task WaitAsync(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        var held = false;
        handle.DangerousAddRef(ref held);
        try
        {
            var descriptor = handle.Number();
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Register(descriptor, ready);
            try
            {
                await using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), ready)
                    .ConfigureAwait(false))
                {
                    await ready.Task.ConfigureAwait(false);
                }
            }
            finally
            {
                Unregister(descriptor);
            }
        }
        finally
        {
            handle.DangerousRelease();
        }
    }

    private unsafe void Register(int descriptor, TaskCompletionSource ready)
    {
        lock (_waits)
        {
            if (!_waits.TryAdd(descriptor, ready))
            {
                throw new InvalidOperationException($"Descriptor {descriptor} is waited for already.");
            }

            var registration = stackalloc byte[16];
            *(uint*)registration = Readable | OneShot;
            *(long*)(registration + DataOffset) = descriptor;
            if (LibC.EpollControl(_poll.Number(), Add, descriptor, registration) < 0)
            {
                var error = Errno.Last;
                _waits.Remove(descriptor);
                throw Errno.Failure("epoll_ctl", error);
            }
        }
    }

    private unsafe void Unregister(int descriptor)
    {
        lock (_waits)
        {
            if (_waits.Remove(descriptor))
            {
                var unused = stackalloc byte[16];
                _ = LibC.EpollControl(_poll.Number(), Remove, descriptor, unused);
            }
        }
    }

    private unsafe void Run()
    {
        var events = (byte*)NativeMemory.Alloc((nuint)(EventCountMax * EventSize));
        while (true)
        {
            var count = LibC.EpollWait(_poll.Number(), events, EventCountMax, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = (int)*(long*)(events + (i * EventSize) + DataOffset);
                lock (_waits)
                {
                    if (_waits.TryGetValue(descriptor, out var ready))
                    {
                        ready.TrySetResult();
                    }
                }
            }
        }
    }
}
