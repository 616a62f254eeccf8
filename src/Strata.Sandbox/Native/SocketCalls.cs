using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Native;

/// <summary>Messages between two processes through a socket pair: with descriptors one way, with the sender's process id the other (unix(7)).</summary>
internal static unsafe partial class SocketCalls
{
    private const string Library = "libc";
    private const int Local = 1; // AF_UNIX
    private const int SequencedPackets = 5; // SOCK_SEQPACKET
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PassCredentials = 16; // SO_PASSCRED
    private const int Rights = 1; // SCM_RIGHTS
    private const int Credentials = 2; // SCM_CREDENTIALS
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int DescriptorCountMax = 8;
    private const uint MemoryCloseOnExec = 1; // MFD_CLOEXEC

    // struct cmsghdr is { size_t length; int level; int type }, its content follows.
    private const int ControlHeaderSize = 16;

    /// <summary>Both ends keep message borders and are close-on-exec.</summary>
    internal static (SafeFileHandle Ours, SafeFileHandle Theirs) CreatePair()
    {
        var ends = stackalloc int[2];
        return SocketPair(Local, SequencedPackets | OpenFlags.CloseOnExec, 0, ends) < 0
            ? throw Errno.Failure("socketpair")
            : (new(ends[0], ownsHandle: true), new(ends[1], ownsHandle: true));
    }

    /// <summary>Messages that arrive here from now on say who sent them.</summary>
    internal static void AskForSender(SafeFileHandle socket)
    {
        var on = 1;
        if (SetOption(socket.Number(), SocketLevel, PassCredentials, &on, sizeof(int)) < 0)
        {
            throw Errno.Failure("SO_PASSCRED");
        }
    }

    /// <exception cref="IOException">The other end is gone.</exception>
    internal static void Send(SafeFileHandle socket, ReadOnlySpan<byte> data, ReadOnlySpan<SafeFileHandle> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, DescriptorCountMax);
        var control = stackalloc byte[ControlHeaderSize + (DescriptorCountMax * sizeof(int))];
        var controlSize = ControlHeaderSize + (descriptors.Length * sizeof(int));
        *(nint*)control = controlSize;
        *(int*)(control + 8) = SocketLevel;
        *(int*)(control + 12) = Rights;
        for (var i = 0; i < descriptors.Length; i++)
        {
            *(int*)(control + ControlHeaderSize + (i * sizeof(int))) = descriptors[i].Number();
        }

        fixed (byte* start = data)
        {
            var part = new Part { Start = start, Length = data.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = (controlSize + 7) & ~7 };
            while (SendMessage(socket.Number(), &message, NoSignal) < 0)
            {
                if (Errno.Last != Errno.Interrupted)
                {
                    throw Errno.Failure("sendmsg");
                }
            }
        }
    }

    /// <summary>Without waiting. -1: nothing there yet; 0: the other end is closed.</summary>
    internal static int TryReceive(SafeFileHandle socket, Span<byte> data, out int sender)
    {
        const int ControlSize = 64;
        var control = stackalloc byte[ControlSize];
        sender = 0;
        fixed (byte* start = data)
        {
            var part = new Part { Start = start, Length = data.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = ControlSize };
            nint count;
            while ((count = ReceiveMessage(socket.Number(), &message, DoNotWait)) < 0)
            {
                if (Errno.Last == Errno.TryAgain)
                {
                    return -1;
                }

                if (Errno.Last != Errno.Interrupted)
                {
                    return 0; // reset: as good as closed
                }
            }

            if (message.ControlLength >= ControlHeaderSize + 12 && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == Credentials)
            {
                sender = *(int*)(control + ControlHeaderSize); // struct ucred { pid, uid, gid }
            }

            return (int)count;
        }
    }

    /// <summary>A file without a name that lives as long as somebody has it open.</summary>
    internal static SafeFileHandle CreateMemory(ReadOnlySpan<byte> content)
    {
        var memory = Descriptor.Own(MemoryCreate("strata-step", MemoryCloseOnExec), "memfd_create");
        try
        {
            fixed (byte* start = content)
            {
                for (var written = 0; written < content.Length;)
                {
                    var count = (int)LibC.Write(memory.Number(), start + written, (nuint)(content.Length - written));
                    written += count >= 0 ? count : throw Errno.Failure("memfd");
                }
            }

            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    [LibraryImport(Library, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, int* value, int length);

    [LibraryImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, Message* message, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int socket, Message* message, int flags);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryCreate(string name, uint flags);

    // struct iovec, struct msghdr on 64-bit Linux.
    private struct Part
    {
        internal byte* Start;
        internal nint Length;
    }

    private struct Message
    {
        internal byte* Name;
        internal nint NameLength;
        internal Part* Parts;
        internal nint PartCount;
        internal byte* Control;
        internal nint ControlLength;
        internal nint Flags;
    }
}
