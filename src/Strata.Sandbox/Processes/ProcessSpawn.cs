using System.Collections;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>posix_spawn with a clean slate: named descriptors only, no blocked or ignored signals (.NET ignores SIGPIPE; <c>yes | head</c> must still end).</summary>
internal static unsafe class ProcessSpawn
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int CloseRangeCloseOnExec = 4;
    private const int ParkingDescriptorMin = 100; // sources are moved above every target first, so that no mapping overwrites the source of another
    private const int SignalSetSize = 128;

    /// <exception cref="IOException">HResult is the error number.</exception>
    internal static int Start(ChildProcessSpec spec, string path)
    {
        var actions = stackalloc byte[SpawnCalls.StructureSize];
        var attributes = stackalloc byte[SpawnCalls.StructureSize];
        _ = SpawnCalls.InitFileActions(actions);
        _ = SpawnCalls.InitAttributes(attributes);
        var parked = new List<SafeFileHandle>(4);
        using var arguments = new StringVector([spec.FileName, .. spec.Arguments]);
        using var environment = new StringVector(Environment(spec));
        using var program = new StringVector([path]);
        try
        {
            MapDescriptors(spec, actions, parked);
            if (spec.WorkingDirectory is { } directory)
            {
                _ = SpawnCalls.AddChangeDirectory(actions, directory);
            }

            SetSignals(attributes, spec.NewSession);

            // What this process itself inherited without close-on-exec (from a shell, a service manager) must not leak into jobs.
            _ = LibC.SystemCall(CallNumbers.CloseRange, 3, int.MaxValue, CloseRangeCloseOnExec, 0, 0);
            int process;
            var error = SpawnCalls.Spawn(&process, program.First, actions, attributes, arguments.Pointer, environment.Pointer);
            return error == 0 ? process : throw Errno.Failure($"Cannot start {path}", error);
        }
        finally
        {
            foreach (var handle in parked)
            {
                handle.Dispose();
            }

            _ = SpawnCalls.DestroyFileActions(actions);
            _ = SpawnCalls.DestroyAttributes(attributes);
        }
    }

    private static void MapDescriptors(ChildProcessSpec spec, byte* actions, List<SafeFileHandle> parked)
    {
        SafeFileHandle? nothing = null;
        for (var target = 0; target <= 2; target++)
        {
            if (!spec.Descriptors.ContainsKey(target) && !spec.InheritTerminal)
            {
                if (nothing is null)
                {
                    using var opened = Descriptor.Open("/dev/null", OpenFlags.ReadWrite);
                    parked.Add(nothing = Park(opened));
                }

                _ = SpawnCalls.AddDuplicate(actions, nothing.Number(), target);
            }
        }

        foreach (var (target, source) in spec.Descriptors)
        {
            var copy = Park(source);
            parked.Add(copy);
            _ = SpawnCalls.AddDuplicate(actions, copy.Number(), target);
        }
    }

    private static SafeFileHandle Park(SafeFileHandle source) =>
        Descriptor.Own(LibC.Control(source.Number(), DuplicateCloseOnExec, ParkingDescriptorMin), "fcntl");

    private static void SetSignals(byte* attributes, bool newSession)
    {
        var signals = stackalloc byte[SignalSetSize];
        new Span<byte>(signals, SignalSetSize).Clear();
        _ = SpawnCalls.SetMask(attributes, signals);
        *(uint*)signals = 0x7FFFFFFF & ~(1u << (Signals.Kill - 1)) & ~(1u << 18); // 1…31 but SIGKILL and SIGSTOP
        _ = SpawnCalls.SetDefaults(attributes, signals);
        var flags = (short)(SpawnCalls.SetSignalMask | SpawnCalls.SetSignalDefaults);
        _ = SpawnCalls.SetFlags(attributes, newSession ? (short)(flags | SpawnCalls.SetSession) : flags);
    }

    private static List<string> Environment(ChildProcessSpec spec)
    {
        var variables = new List<string>();
        if (spec.Environment is { } given)
        {
            foreach (var (name, value) in given)
            {
                variables.Add($"{name}={value}");
            }
        }
        else
        {
            foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            {
                variables.Add($"{variable.Key}={variable.Value}");
            }
        }

        return variables;
    }
}
