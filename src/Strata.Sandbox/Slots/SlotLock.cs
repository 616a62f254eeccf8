using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Slots;

/// <summary>flock(2) on a file beside a slot's directory: held while its sandbox lives, freed by the kernel when the process dies.</summary>
internal sealed class SlotLock : IDisposable
{
    private const int ExclusiveNonBlocking = 2 | 4;

    private readonly SafeFileHandle _file;
    private readonly string _path;

    private SlotLock(SafeFileHandle file, string path) => (_file, _path) = (file, path);

    /// <summary>Null when another holds it.</summary>
    internal static SlotLock? TryTake(string path)
    {
        while (true)
        {
            var file = Descriptor.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0b110_000_000);
            if (LibC.Lock(file.Number(), ExclusiveNonBlocking) < 0)
            {
                file.Dispose();
                return null;
            }

            // The holder before us unlinks the file before it lets go: a lock on an unlinked file guards nothing.
            if (FileIdentity.Of(file) == FileIdentity.Of(path))
            {
                return new(file, path);
            }

            file.Dispose();
        }
    }

    public void Dispose()
    {
        _ = LibC.Unlink(_path);
        _file.Dispose();
    }
}
