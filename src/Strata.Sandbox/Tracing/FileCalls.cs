using System.Runtime.InteropServices;

namespace Strata.Sandbox.Tracing;

/// <summary>A call that names a file.</summary>
/// <param name="Directory">Which argument is the directory's descriptor; -1: none, the current one.</param>
/// <param name="Path">Which argument is the path.</param>
/// <param name="Opens">Whether success means that the content or the names in it are used.</param>
internal readonly record struct FileCall(int Directory, int Path, bool Opens);

/// <summary>The calls that are looked at, by number.</summary>
internal static class FileCalls
{
    private const uint X64 = 0xC000003E, Arm64 = 0xC00000B7; // linux/audit.h

    /// <summary>Null: it names no file, or is of another architecture than this program.</summary>
    internal static FileCall? Find(uint architecture, long number) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when architecture == X64 => number switch
        {
            2 or 59 => new(-1, 0, true), // open, execve
            4 or 6 or 21 or 80 => new(-1, 0, false), // stat, lstat, access, chdir
            89 => new(-1, 0, true), // readlink
            257 or 322 => new(0, 1, true), // openat, execveat
            262 or 269 or 332 => new(0, 1, false), // newfstatat, faccessat, statx
            267 => new(0, 1, true), // readlinkat
            437 => new(0, 1, true), // openat2
            439 => new(0, 1, false), // faccessat2
            _ => null,
        },
        Architecture.Arm64 when architecture == Arm64 => number switch
        {
            221 => new(-1, 0, true), // execve
            49 => new(-1, 0, false), // chdir
            56 or 281 or 78 or 437 => new(0, 1, true), // openat, execveat, readlinkat, openat2
            79 or 48 or 291 or 439 => new(0, 1, false), // newfstatat, faccessat, statx, faccessat2
            _ => null,
        },
        _ => null,
    };
}
