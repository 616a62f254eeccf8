using Strata.Sandbox.Native;
using Strata.Sandbox.Network;
using Strata.Sandbox.Runtimes;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>/etc/resolv.conf, /etc/hosts and /etc/hostname as the job needs them, not as the image or the host has them.</summary>
internal static class EtcFiles
{
    internal static void Add(List<OciMount> mounts, Slot slot, string hostName, bool network, uint owner)
    {
        Add(mounts, slot, owner, "hostname", hostName + "\n");
        Add(mounts, slot, owner, "hosts", Hosts(hostName, network));
        Add(mounts, slot, owner, "resolv.conf", network ? Resolver(ReadLines("/etc/resolv.conf")) : "");
    }

    /// <summary>The host's own server may be on its loopback, which a job cannot reach: slirp asks it for the job. Search domains and options stay.</summary>
    internal static string Resolver(IEnumerable<string> hostLines)
    {
        var text = $"nameserver {SlirpNetwork.NameServer}\n";
        foreach (var line in hostLines)
        {
            if (line.StartsWith("search ", StringComparison.Ordinal) || line.StartsWith("domain ", StringComparison.Ordinal)
                || line.StartsWith("options ", StringComparison.Ordinal))
            {
                text += line + "\n";
            }
        }

        return text;
    }

    private static string Hosts(string hostName, bool network) =>
        $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{(network ? SlirpNetwork.OwnAddress : "127.0.1.1")}\t{hostName}\n";

    private static void Add(List<OciMount> mounts, Slot slot, uint owner, string name, string content)
    {
        var path = $"{slot.Etc}/{name}";
        File.WriteAllText(path, content);
        _ = LibC.ChangeOwner(path, owner, owner); // a job may write its own /etc/hosts
        mounts.Add(OciMount.Bind(slot.View(path), $"/etc/{name}", readOnly: false));
    }

    private static IEnumerable<string> ReadLines(string path) => File.Exists(path) ? File.ReadLines(path) : [];
}
