using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Mounts;

/// <summary>
/// The runtime sets up mounts with the job's ids, which may not pass a directory such as /root (0700). If the sandboxes' directory lies below one, it is
/// shown a second time, in the private namespace only, below a directory everyone may pass. Nothing changes on the host.
/// </summary>
internal sealed class TraversableView : IDisposable
{
    private const uint OthersMayPass = 1;

    // The chosen one is hidden by an empty tmpfs, in the private namespace; what callers name below it is reached through _hidden.
    private static readonly string[] Candidates = ["/mnt", "/media", "/srv", "/opt", "/home", "/tmp"];

    private readonly string _directory;
    private readonly string? _place;
    private readonly SafeFileHandle? _hidden;

    private TraversableView(string directory, string? place, SafeFileHandle? hidden) => (_directory, _place, _hidden) = (directory, place, hidden);

    /// <summary>Call in the mount namespace thread.</summary>
    internal static TraversableView Create(string directory)
    {
        if (MayPass(directory))
        {
            return new(directory, null, null);
        }

        var place = Array.Find(Candidates, c => MayPass(c) && Directory.Exists(c)) ?? throw new IOException($"No directory to show {directory} in.");
        var hidden = Descriptor.Open(place, OpenFlags.Path | OpenFlags.Directory);
        var target = $"{place}/live";
        using var source = Descriptor.Open(directory, OpenFlags.Path | OpenFlags.Directory);
        if (LibC.Mount("tmpfs", place, "tmpfs", MountFlags.NoSetUserId | MountFlags.NoDevices, "mode=0711,size=64k") < 0
            || LibC.MakeDirectory(target, 0b111_001_001) < 0
            || LibC.Mount($"/proc/thread-self/fd/{source.Number()}", target, null, MountFlags.Bind, null) < 0)
        {
            throw Errno.Failure($"Showing {directory} at {target}");
        }

        return new(directory, place, hidden);
    }

    /// <summary>Where <paramref name="path"/>, in the sandboxes' directory, is for runtimes.</summary>
    internal string Of(string path) => _place is null ? path : $"{_place}/live{path.AsSpan(_directory.Length)}";

    /// <summary>How the mount thread names a path of the host, hidden or not.</summary>
    internal string Source(string path) =>
        _place is not null && path.StartsWith(_place + "/", StringComparison.Ordinal)
            ? $"/proc/thread-self/fd/{_hidden!.Number()}{path.AsSpan(_place.Length)}"
            : path;

    public void Dispose() => _hidden?.Dispose();

    private static bool MayPass(string directory)
    {
        for (var path = directory; path is not null; path = Path.GetDirectoryName(path))
        {
            if (FileStatus.Of(path) is not { } status || (status.Mode & OthersMayPass) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
