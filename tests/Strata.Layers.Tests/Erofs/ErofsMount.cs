using System.Runtime.InteropServices;

namespace Strata.Layers.Tests.Erofs;

/// <summary>The kernel's view of an image: mounted straight from the file, and always unmounted.</summary>
internal sealed partial class ErofsMount : IDisposable
{
    private const nuint ReadOnly = 1;
    private const int Detach = 2;

    private ErofsMount(string path) => Path = path;

    public string Path { get; }

    public static ErofsMount Of(string image, string target, params string[] devices)
    {
        Directory.CreateDirectory(target);
        var result = Mount(image, target, "erofs", ReadOnly, string.Join(',', devices.Select(d => $"device={d}")));
        result.ShouldBe(0, $"mount {image}: {Marshal.GetLastPInvokeErrorMessage()}");
        return new(target);
    }

    public void Dispose()
    {
        Unmount(Path, Detach).ShouldBe(0);
        Directory.Delete(Path);
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
