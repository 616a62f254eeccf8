using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Posix;

namespace Strata.Layers.Mounting;

/// <summary>How this host can mount an image.</summary>
public enum LayerMountMethod
{
    /// <summary>Not at all: layers must be extracted.</summary>
    None,

    /// <summary>Straight from the file (Linux 6.12).</summary>
    File,

    /// <summary>Through a loop device.</summary>
    Loop,
}

/// <summary>
/// A mounted layer, read-only and without devices; set-user-id bits count, as images need them. Everything here acts in the calling thread's mount
/// namespace and starts no thread or task.
/// </summary>
public sealed class LayerMount : IDisposable
{
    private readonly SafeFileHandle _mount;
    private string? _target;

    private LayerMount(SafeFileHandle mount) => _mount = mount;

    /// <summary>The mount, also while it is seen nowhere: for mount_setattr(2), move_mount(2).</summary>
    public SafeFileHandle Mount => _mount;

    /// <summary>Makes the mount without showing it anywhere yet.</summary>
    /// <param name="image">The EROFS image. It must not be changed while it is mounted: hold its lease.</param>
    /// <param name="devices">Of a view: the images that hold its data, in the order it was written with.</param>
    /// <exception cref="IOException">The kernel refused, with its reason.</exception>
    public static LayerMount Open(string image, IReadOnlyList<string> devices, LayerMountMethod method)
    {
        if (method is LayerMountMethod.None)
        {
            throw new ArgumentOutOfRangeException(nameof(method), method, "Nothing can be mounted here.");
        }

        var sources = new List<LayerMountSource>(devices.Count + 1);
        try
        {
            sources.Add(LayerMountSource.Open(image, method));
            foreach (var device in devices)
            {
                sources.Add(LayerMountSource.Open(device, method));
            }

            using var system = Configure(sources);
            return new(MountCalls.Mount(system, image));
        }
        finally
        {
            sources.ForEach(s => s.Dispose());
        }
    }

    /// <summary>The same, shown at a directory until it is disposed.</summary>
    public static LayerMount At(string target, string image, IReadOnlyList<string> devices, LayerMountMethod method)
    {
        var mount = Open(image, devices, method);
        try
        {
            mount.Attach(target);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The directory is not there, or the thread may not mount.</exception>
    public void Attach(string target)
    {
        MountCalls.Attach(_mount, target);
        _target = target;
    }

    /// <summary>
    /// Shows the same file system at one more directory, until that is unmounted: what one reader read is in memory for the others too. In the namespace it was
    /// opened in.
    /// </summary>
    /// <returns>False: this kernel cannot (before Linux 6.15).</returns>
    /// <exception cref="IOException">The directory is not there, or the thread may not mount.</exception>
    public bool TryAttachCopy(string target)
    {
        using var copy = MountCalls.TryCopy(_mount);
        if (copy is not null)
        {
            MountCalls.Attach(copy, target);
        }

        return copy is not null;
    }

    /// <summary>What is read from the directory afterwards stays mounted for its readers only. In the namespace it was attached in.</summary>
    public void Dispose()
    {
        if (_target is { } target)
        {
            _target = null;
            MountCalls.Unmount(target);
        }

        _mount.Dispose();
    }

    internal static SafeFileHandle Configure(List<LayerMountSource> sources)
    {
        var system = MountCalls.Open("erofs");
        try
        {
            MountCalls.Set(system, "source", sources[0].Path);
            MountCalls.Set(system, "ro");
            foreach (var device in sources.Skip(1))
            {
                MountCalls.Set(system, "device", device.Path);
            }

            return system;
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }
}

/// <summary>What the kernel is told to mount from: open until it has done so.</summary>
internal sealed class LayerMountSource : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly LoopDevice? _loop;

    private LayerMountSource(string path, SafeFileHandle file, LoopDevice? loop) => (Path, _file, _loop) = (path, file, loop);

    public string Path { get; }

    public static LayerMountSource Open(string image, LayerMountMethod method)
    {
        var file = OpenImage(image);
        if (method is LayerMountMethod.File)
        {
            // fsconfig(2) takes no longer value.
            var path = Encoding.UTF8.GetByteCount(image) <= MountCalls.ValueLengthMax
                ? image
                : string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");
            return new(path, file, null);
        }

        try
        {
            var loop = LoopDevice.Attach(file, image);
            return new(loop.Path, file, loop);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _loop?.Dispose();
        _file.Dispose();
    }

    private static unsafe SafeFileHandle OpenImage(string path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var file = Libc.OpenAt(Libc.CurrentDirectory, terminated, Libc.ReadOnly | Libc.CloseOnExec, 0);
            return file >= 0 ? new(file, ownsHandle: true) : throw Errno.Failure("open layer", path, Errno.Last);
        }
    }
}
