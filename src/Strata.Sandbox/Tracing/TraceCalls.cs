using System.Runtime.InteropServices;

namespace Strata.Sandbox.Tracing;

/// <summary>ptrace(2) as the kernel has it since 5.3: what a system call is, in one form for all architectures.</summary>
internal static unsafe partial class TraceCalls
{
    internal const int Continue = 7;
    internal const int StepSystemCall = 24;
    internal const int Seize = 0x4206;
    internal const int Listen = 0x4208;
    internal const int GetSystemCallInfo = 0x420e;

    /// <summary>System calls are told from signals; fork, vfork, clone, exec are followed.</summary>
    internal const nint Options = 0x01 | 0x02 | 0x04 | 0x08 | 0x10;

    /// <summary>Of any kind, and only what this thread traces: other threads have children of their own.</summary>
    internal const int AllOfThisThread = 0x40000000 | 0x20000000;

    internal const int EventStop = 128;

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    internal static partial nint Trace(nint request, int process, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int Wait(int process, int* status, int options);

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    private static partial nint ReadMemory(int process, Vector* local, nuint localCount, Vector* remote, nuint remoteCount, nuint flags);

    /// <summary>As many bytes as can be read, perhaps none.</summary>
    internal static int Read(int process, nint address, Span<byte> target)
    {
        fixed (byte* start = target)
        {
            var local = new Vector { Start = (nint)start, Length = (nuint)target.Length };
            var remote = new Vector { Start = address, Length = (nuint)target.Length };
            return (int)Math.Max(ReadMemory(process, &local, 1, &remote, 1, 0), 0);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public nint Start;
        public nuint Length;
    }
}

/// <summary>struct ptrace_syscall_info (linux/ptrace.h).</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal unsafe struct SystemCallInfo
{
    internal const byte Entry = 1;
    internal const byte Exit = 2;

    [FieldOffset(0)] public byte Operation;
    [FieldOffset(4)] public uint Architecture;

    /// <summary>At the entry: the call's number. At the exit: its result.</summary>
    [FieldOffset(24)] public long Value;

    [FieldOffset(32)] public fixed long Arguments[6];
}
