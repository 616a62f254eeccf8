using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Native;

/// <summary>The names in an open directory as bytes with their NUL: a job may use names that are no text.</summary>
internal static unsafe class DirectoryNames
{
    private const int BufferSize = 32 * 1024;
    private const int NamesMax = 10_000; // at once: a directory of millions is read in rounds

    /// <summary>Some names; none only when the directory is empty.</summary>
    internal static List<byte[]> Read(SafeFileHandle directory)
    {
        var names = new List<byte[]>();
        var buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            _ = NativeDirectory.Seek(directory.Number(), 0, 0);
            while (names.Count < NamesMax)
            {
                var size = (int)LibC.SystemCall(CallNumbers.GetDirectoryEntries, directory.Number(), (nint)buffer, BufferSize, 0, 0);
                if (size < 0)
                {
                    throw Errno.Failure("Reading a directory");
                }

                if (size == 0)
                {
                    break;
                }

                // struct linux_dirent64 { u64 inode; s64 offset; u16 length; u8 type; char name[]; }
                for (var at = 0; at < size; at += *(ushort*)(buffer + at + 16))
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + 19);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add([.. name, 0]);
                    }
                }
            }

            return names;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }
}

internal static partial class NativeDirectory
{
    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int descriptor, long offset, int whence);
}
