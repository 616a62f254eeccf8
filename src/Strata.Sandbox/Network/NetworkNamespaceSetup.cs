using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Network;

/// <summary>Speaks rtnetlink(7) in a job's network namespace: brings lo up and makes addresses unreachable. Needs no program.</summary>
internal static unsafe class NetworkNamespaceSetup
{
    private const int NetlinkFamily = 16;
    private const int RawSocket = 3 | OpenFlags.CloseOnExec;
    private const ushort NewLink = 16;
    private const ushort NewRoute = 24;
    private const ushort ErrorMessage = 2;
    private const ushort Request = 1 | 4; // NLM_F_REQUEST | NLM_F_ACK
    private const ushort CreateRequest = Request | 0x400; // NLM_F_CREATE; an existing route is as good

    // Addresses the cloud answers on (RFC 3927): instance credentials live there.
    private static readonly uint LinkLocal = BinaryPrimitives.ReadUInt32LittleEndian([169, 254, 0, 0]);

    /// <summary>On a thread that ends afterwards: as a normal user there is no way back from the other namespace.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal static Task ApplyAsync(SafeFileHandle networkNamespace, IReadOnlyCollection<uint> unreachable)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Apply(networkNamespace, unreachable);
                done.SetResult();
            }
            catch (IOException e)
            {
                done.SetException(e);
            }
        });
        thread.IsBackground = true;
        thread.Start();
        return done.Task;
    }

    private static void Apply(SafeFileHandle networkNamespace, IReadOnlyCollection<uint> unreachable)
    {
        using var socket = OpenSocket(networkNamespace);
        SetUpLoopback(socket);
        if (unreachable.Count == 0)
        {
            return;
        }

        AddUnreachable(socket, LinkLocal, 16);
        foreach (var address in unreachable)
        {
            AddUnreachable(socket, address, 32);
        }
    }

    private static SafeFileHandle OpenSocket(SafeFileHandle networkNamespace)
    {
        if (LibC.SetNamespace(networkNamespace.Number(), CloneFlags.NewNetworkNamespace) < 0)
        {
            throw Errno.Failure("Entering the job's network namespace");
        }

        return Descriptor.Own(LibC.Socket(NetlinkFamily, RawSocket, 0), "netlink socket");
    }

    // nlmsghdr { u32 length; u16 type; u16 flags; u32 sequence; u32 port } ifinfomsg { u8 family, pad; u16 type; s32 index; u32 flags, change }
    private static void SetUpLoopback(SafeFileHandle socket)
    {
        Span<byte> message = stackalloc byte[32];
        Header(message, NewLink, Request);
        BinaryPrimitives.WriteInt32LittleEndian(message[20..], 1); // lo is the first interface of every namespace
        BinaryPrimitives.WriteUInt32LittleEndian(message[24..], 1); // IFF_UP
        BinaryPrimitives.WriteUInt32LittleEndian(message[28..], 1);
        Send(socket, message, "Bringing lo up");
    }

    // rtmsg { u8 family, destination length, source length, tos, table, protocol, scope, type; u32 flags } rtattr { u16 length, type; u32 address }
    private static void AddUnreachable(SafeFileHandle socket, uint address, byte prefixLength)
    {
        Span<byte> message = stackalloc byte[36];
        Header(message, NewRoute, CreateRequest);
        message[16] = 2; // AF_INET
        message[17] = prefixLength;
        message[20] = 254; // RT_TABLE_MAIN
        message[21] = 4; // RTPROT_STATIC
        message[23] = 7; // RTN_UNREACHABLE
        BinaryPrimitives.WriteUInt16LittleEndian(message[28..], 8);
        BinaryPrimitives.WriteUInt16LittleEndian(message[30..], 1); // RTA_DST
        BinaryPrimitives.WriteUInt32LittleEndian(message[32..], address);
        Send(socket, message, "Adding an unreachable route");
    }

    private static void Header(Span<byte> message, ushort type, ushort flags)
    {
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], flags);
    }

    private static void Send(SafeFileHandle socket, ReadOnlySpan<byte> message, string what)
    {
        Span<byte> answer = stackalloc byte[512];
        fixed (byte* start = message, reply = answer)
        {
            if (LibC.Write(socket.Number(), start, (nuint)message.Length) < 0 || LibC.Read(socket.Number(), reply, (nuint)answer.Length) < 20)
            {
                throw Errno.Failure(what);
            }
        }

        var code = BinaryPrimitives.ReadInt32LittleEndian(answer[16..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]) != ErrorMessage || code < 0)
        {
            throw Errno.Failure(what, -code);
        }
    }
}
