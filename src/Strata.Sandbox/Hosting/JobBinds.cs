using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Native;
using Strata.Sandbox.Runtimes;
using Strata.Sandbox.Site;

namespace Strata.Sandbox.Hosting;

/// <summary>Host paths shown in a job. Each is mounted in the slot first: the runtime, with the job's ids, might not get through to the original.</summary>
/// <param name="owner">The job's root.</param>
internal sealed class JobBinds(SandboxParts parts, HostSetup host, SafeFileHandle? userNamespace, uint owner)
{
    private int _next;

    internal void Add(List<OciMount> mounts, BindMount bind)
    {
        var source = host.View.Source(Path.GetFullPath(bind.HostPath));
        var isDirectory = Directory.Exists(source);
        if (!isDirectory && !File.Exists(source))
        {
            throw new IOException($"{bind.HostPath} does not exist");
        }

        var target = MakeMountPoint(isDirectory);
        IdmappedMount.Bind(source, target, bind.ReadOnly, userNamespace);
        parts.MountTargets.Add(target);
        mounts.Add(OciMount.Bind(target, bind.Path, bind.ReadOnly));
    }

    /// <param name="root">The image, to leave out what it has or has no use for.</param>
    internal void AddSite(List<OciMount> mounts, SiteSettings site, SafeFileHandle root)
    {
        foreach (var file in site.Files)
        {
            if (file.OnlyWithDirectory is { } directory && !Descriptor.ExistsInRoot(root, directory))
            {
                continue;
            }

            if (file.LinkAt is { } link && !Descriptor.ExistsInRoot(root, link))
            {
                RootLink.Make(root, link, file.Path, owner);
                parts.MountPointStubs.Add(link);
            }

            if (file.HostPath is { } hostPath)
            {
                Add(mounts, new(hostPath, file.Path, ReadOnly: true));
            }
            else
            {
                var made = $"{parts.Slot.Etc}/{(_next++).ToString(CultureInfo.InvariantCulture)}.site";
                File.WriteAllText(made, file.Text);
                mounts.Add(OciMount.Bind(parts.Slot.View(made), file.Path, readOnly: true));
            }
        }
    }

    private string MakeMountPoint(bool isDirectory)
    {
        var parent = $"{parts.Slot.Directory}/bind";
        Directory.CreateDirectory(parent);
        var path = $"{parent}/{(_next++).ToString(CultureInfo.InvariantCulture)}";
        if (isDirectory)
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            File.WriteAllBytes(path, []);
        }

        return parts.Slot.View(path);
    }
}
