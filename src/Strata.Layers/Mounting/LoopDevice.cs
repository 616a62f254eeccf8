using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Posix;

namespace Strata.Layers.Mounting;

/// <summary>A file as a read-only block device (linux/loop.h). It frees itself when nothing has it open or mounted any more.</summary>
internal sealed unsafe class LoopDevice : IDisposable
{
    private const nuint GetFree = 0x4C82; // LOOP_CTL_GET_FREE
    private const nuint Configure = 0x4C0A; // LOOP_CONFIGURE, Linux 5.8
    private const uint ReadOnlyAutoClear = 1 | 4; // LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR
    private const int AttemptsMax = 64; // others take free devices too

    // struct loop_config: fd 4 · block size 4 · struct loop_info64 (flags at 52, file name at 56) 232 · reserved 64
    private const int ConfigSize = 304, BlockSizeAt = 4, FlagsAt = 8 + 52, NameAt = 8 + 56, NameSize = 64;

    private readonly SafeFileHandle _device;

    private LoopDevice(string path, SafeFileHandle device) => (Path, _device) = (path, device);

    public string Path { get; }

    /// <exception cref="IOException">Not permitted, or no devices here.</exception>
    public static LoopDevice Attach(SafeFileHandle file, string shownPath)
    {
        using var control = OpenDevice("/dev/loop-control");
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var number = Libc.Control((int)control.DangerousGetHandle(), GetFree, 0);
            if (number < 0)
            {
                throw Errno.Failure("loop device for", shownPath, Errno.Last);
            }

            var path = string.Create(CultureInfo.InvariantCulture, $"/dev/loop{number}");
            var device = OpenDevice(path);
            if (TryConfigure(device, file, shownPath))
            {
                return new(path, device);
            }

            device.Dispose();
        }

        throw new IOException($"loop device for {shownPath}: others take every free device.");
    }

    /// <summary>To be closed once it is mounted.</summary>
    public void Dispose() => _device.Dispose();

    /// <summary>False: another was quicker.</summary>
    private static bool TryConfigure(SafeFileHandle device, SafeFileHandle file, string shownPath)
    {
        var config = stackalloc byte[ConfigSize];
        var bytes = new Span<byte>(config, ConfigSize);
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)file.DangerousGetHandle());
        BinaryPrimitives.WriteInt32LittleEndian(bytes[BlockSizeAt..], 512);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FlagsAt..], ReadOnlyAutoClear);
        var name = Encoding.UTF8.GetBytes(shownPath); // what losetup shows
        name.AsSpan(0, Math.Min(name.Length, NameSize - 1)).CopyTo(bytes[NameAt..]);
        if (Libc.Control((int)device.DangerousGetHandle(), Configure, (nint)config) == 0)
        {
            return true;
        }

        return Errno.Last == Errno.Busy ? false : throw Errno.Failure("loop device for", shownPath, Errno.Last);
    }

    private static SafeFileHandle OpenDevice(string path)
    {
        const int readWrite = 2;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var device = Libc.OpenAt(Libc.CurrentDirectory, terminated, readWrite | Libc.CloseOnExec, 0);
            return device >= 0 ? new(device, ownsHandle: true) : throw Errno.Failure("open", path, Errno.Last);
        }
    }
}
