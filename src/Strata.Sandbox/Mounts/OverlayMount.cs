using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Mounts;

/// <summary>Lower trees with a fresh upper on top (Documentation/filesystems/overlayfs.rst). Call in the mount namespace thread.</summary>
/// <param name="Lowers">Bottom first.</param>
internal sealed record OverlayMount(IReadOnlyList<string> Lowers, string Upper, string Work, string Target, bool UserXattr)
{
    private const int OptionStringMax = 4095; // one page with its NUL (mount(2))
    private const int SetString = 1; // FSCONFIG_SET_STRING
    private const int Create = 6; // FSCONFIG_CMD_CREATE
    private const int CloseOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private const int FromEmptyPath = 4; // MOVE_MOUNT_F_EMPTY_PATH
    private const int AtCurrentDirectory = -100;

    // redirect_dir: a lower directory can be renamed; metacopy off: each file of the upper is whole; index off: the upper may be moved.
    // With userxattr the kernel refuses redirects: renaming a lower directory is then EXDEV, which mv(1) answers with a copy.
    // volatile (below): else each unmount, and each fsync of the job, waits until the whole host file system is on disk. An upper does not outlive its job.
    private const string Volatile = "volatile";

    private (string Key, string Value)[] FixedOptions =>
        UserXattr ? [("metacopy", "off"), ("index", "off")] : [("redirect_dir", "on"), ("metacopy", "off"), ("index", "off")];

    /// <exception cref="IOException">The kernel refused.</exception>
    internal void Mount()
    {
        if (OptionString(Lowers) is { } options)
        {
            MountByString(options);
        }
        else if (!TryMountByNumbers())
        {
            MountByCalls();
        }
    }

    private void MountByString(string options)
    {
        if (LibC.Mount("overlay", Target, "overlay", 0, options) < 0)
        {
            throw Errno.Failure($"overlay of {Lowers.Count} trees at {Target}");
        }
    }

    /// <summary>Before Linux 6.8 lowers come in the option string only: some 200 fit by the numbers of open files, of long paths 30.</summary>
    private bool TryMountByNumbers()
    {
        var opened = new List<SafeFileHandle>(Lowers.Count);
        try
        {
            opened.AddRange(Lowers.Select(static lower => Descriptor.Open(lower, OpenFlags.Path | OpenFlags.Directory)));
            if (OptionString([.. opened.Select(static lower => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{lower.Number()}"))]) is not { } options)
            {
                return false;
            }

            MountByString(options);
            return true;
        }
        finally
        {
            opened.ForEach(static lower => lower.Dispose());
        }
    }

    /// <summary>Null when the classic option string cannot say it: too long, or a path with a character that is syntax there.</summary>
    private string? OptionString(IReadOnlyList<string> lowers)
    {
        var options = new StringBuilder("lowerdir=");
        for (var i = lowers.Count - 1; i >= 0; i--) // overlayfs wants the top first
        {
            options.Append(lowers[i]).Append(i > 0 ? ":" : "");
            if (lowers[i].AsSpan().IndexOfAny(":,\\") >= 0)
            {
                return null;
            }
        }

        options.Append(",upperdir=").Append(Upper).Append(",workdir=").Append(Work);
        foreach (var (key, value) in FixedOptions)
        {
            options.Append(',').Append(key).Append('=').Append(value);
        }

        options.Append(',').Append(Volatile).Append(UserXattr ? ",userxattr" : "");
        var text = options.ToString();
        return Encoding.UTF8.GetByteCount(text) > OptionStringMax || Upper.AsSpan().IndexOfAny(",\\") >= 0 ? null : text;
    }

    private unsafe void MountByCalls()
    {
        using var type = new StringVector(["overlay"]);
        using var system = Descriptor.Own((int)LibC.SystemCall(CallNumbers.FsOpen, (nint)type.First, CloseOnExec, 0, 0, 0), "fsopen overlay");
        for (var i = Lowers.Count - 1; i >= 0; i--)
        {
            Set(system, "lowerdir+", Lowers[i]); // kernel 6.8
        }

        Set(system, "upperdir", Upper);
        Set(system, "workdir", Work);
        foreach (var (key, value) in FixedOptions)
        {
            Set(system, key, value);
        }

        SetFlag(system, Volatile);
        if (UserXattr)
        {
            SetFlag(system, "userxattr");
        }

        if (LibC.SystemCall(CallNumbers.FsConfig, system.Number(), Create, 0, 0, 0) < 0)
        {
            throw Errno.Failure($"overlay of {Lowers.Count} trees at {Target}");
        }

        using var mount = Descriptor.Own((int)LibC.SystemCall(CallNumbers.FsMount, system.Number(), CloseOnExec, 0, 0, 0), "fsmount");
        Move(mount, Target);
    }

    internal static unsafe void Move(SafeFileHandle mount, string target)
    {
        using var path = new StringVector(["", target]);
        if (LibC.SystemCall(CallNumbers.MoveMount, mount.Number(), (nint)path.Pointer[0], AtCurrentDirectory, (nint)path.Pointer[1], FromEmptyPath) < 0)
        {
            throw Errno.Failure($"move_mount to {target}");
        }
    }

    private static unsafe void Set(SafeFileHandle system, string key, string value)
    {
        using var text = new StringVector([key, value]);
        if (LibC.SystemCall(CallNumbers.FsConfig, system.Number(), SetString, (nint)text.Pointer[0], (nint)text.Pointer[1], 0) < 0)
        {
            throw Errno.Failure($"overlay option {key}={value}");
        }
    }

    private static unsafe void SetFlag(SafeFileHandle system, string key)
    {
        using var text = new StringVector([key]);
        _ = LibC.SystemCall(CallNumbers.FsConfig, system.Number(), 0, (nint)text.First, 0, 0);
    }
}
