using System.Buffers.Binary;
using System.Net;

namespace Strata.Sandbox.Network;

/// <summary>The IPv4 addresses this machine itself has: what listens on them is not for jobs.</summary>
internal static class HostAddresses
{
    /// <summary>From the kernel's local routing table; 127.0.0.0/8 left out (a job has its own). Network byte order.</summary>
    internal static HashSet<uint> Read() => File.Exists("/proc/net/fib_trie") ? Parse(File.ReadLines("/proc/net/fib_trie")) : [];

    internal static HashSet<uint> Parse(IEnumerable<string> lines)
    {
        var addresses = new HashSet<uint>();
        var last = "";
        foreach (var line in lines)
        {
            var text = line.AsSpan().Trim();
            if (text.StartsWith("|-- "))
            {
                last = text[4..].ToString();
            }
            else if (text.StartsWith("/32 host LOCAL") && IPAddress.TryParse(last, out var address) && !IPAddress.IsLoopback(address))
            {
                addresses.Add(BinaryPrimitives.ReadUInt32LittleEndian(address.GetAddressBytes()));
            }
        }

        return addresses;
    }
}
