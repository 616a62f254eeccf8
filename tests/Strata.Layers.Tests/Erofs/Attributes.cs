using System.Runtime.InteropServices;
using System.Text;

namespace Strata.Layers.Tests.Erofs;

/// <summary>Extended attributes of a path of this host, links not followed.</summary>
internal static unsafe partial class Attributes
{
    public static void Set(string path, string name, byte[] value) =>
        SetAttribute(path, name, value, (nuint)value.Length, 0).ShouldBe(0, $"{name} of {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>Lines of name = hex, sorted.</summary>
    public static string List(string path)
    {
        var names = new byte[64 << 10];
        var length = ListNames(path, names, (nuint)names.Length);
        var lines = Encoding.UTF8.GetString(names, 0, (int)Math.Max(length, 0)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        return string.Concat(lines.Select(name =>
        {
            var value = new byte[64 << 10];
            var size = GetAttribute(path, name, value, (nuint)value.Length);
            return $"{name}={Convert.ToHexString(value, 0, (int)size)}\n";
        }));
    }

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, byte[] value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "llistxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ListNames(string path, byte[] names, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, byte[] value, nuint size);
}
