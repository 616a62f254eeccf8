namespace Strata.Sandbox.Native;

internal static class CloneFlags
{
    internal const int NewMountNamespace = 0x00020000;
    internal const int FileSystem = 0x00000200;
    internal const int NewUserNamespace = 0x10000000;
    internal const int NewNetworkNamespace = 0x40000000;
}

internal static class MountFlags
{
    internal const uint ReadOnly = 1;
    internal const uint NoSetUserId = 2;
    internal const uint NoDevices = 4;
    internal const uint NoExecute = 8;
    internal const uint Bind = 4096;
    internal const uint Recursive = 16384;
    internal const uint Private = 1 << 18;

    internal const int Detach = 2; // umount2
}

internal static class OpenFlags
{
    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;
    internal const int Path = 0x200000;

    // These two differ: arm keeps the values of the first arm ports (asm/fcntl.h).
    internal static readonly int Directory = Processor.IsArm ? 0x4000 : 0x10000;
    internal static readonly int NoFollow = Processor.IsArm ? 0x8000 : 0x20000;
}

internal static class Signals
{
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int Terminate = 15;
}

/// <summary>Numbers of calls the C library of a supported system may not wrap yet. From 424 on they are the same on every architecture.</summary>
internal static class CallNumbers
{
    internal const int PidfdSendSignal = 424;
    internal const int OpenTree = 428;
    internal const int MoveMount = 429;
    internal const int FsOpen = 430;
    internal const int FsConfig = 431;
    internal const int FsMount = 432;
    internal const int PidfdOpen = 434;
    internal const int CloseRange = 436;
    internal const int OpenAt2 = 437;
    internal const int MountSetAttributes = 442;

    // Older ones differ.
    internal static readonly int OpenAt = Processor.IsArm ? 56 : 257;
    internal static readonly int GetDirectoryEntries = Processor.IsArm ? 61 : 217;
}

internal static class Processor
{
    internal static readonly bool IsArm =
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64;
}
