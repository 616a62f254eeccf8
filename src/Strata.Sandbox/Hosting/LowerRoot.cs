using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>An overlay shows its upper's root: a fresh one looks like that of the topmost lower, so that nothing is changed before a job changes it.</summary>
internal static class LowerRoot
{
    private const int AtCurrentDirectory = -100;
    private const uint Permissions = 0xFFF;

    /// <exception cref="IOException">The kernel refused.</exception>
    internal static unsafe void Copy(string lower, string upper)
    {
        using var directory = Descriptor.Open(lower, OpenFlags.Path | OpenFlags.Directory);
        if (FileStatus.Of(directory) is not { } status)
        {
            throw Errno.Failure(lower);
        }

        var times = stackalloc long[] { status.ModifySeconds, status.ModifyNanoseconds, status.ModifySeconds, status.ModifyNanoseconds };
        if (LibC.ChangeOwner(upper, status.User, status.Group) < 0 || LibC.ChangeMode(upper, status.Mode & Permissions) < 0
            || LibC.SetTimes(AtCurrentDirectory, upper, times, 0) < 0)
        {
            throw Errno.Failure(upper);
        }
    }
}
