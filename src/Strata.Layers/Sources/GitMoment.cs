using Strata.Layers.Trees;

namespace Strata.Layers.Sources;

/// <summary>A repository between two changes: a checkout holds the index's lock while it changes files, replaces the index, then moves HEAD.</summary>
/// <param name="IsLocked">A git is changing files, or died while it did.</param>
internal sealed record GitMoment(GitState State, FileStamp? Index, bool IsLocked)
{
    private const string LockName = "index.lock";

    /// <summary>Null: no repository.</summary>
    public static GitMoment? Of(string workspace) => GitState.Read(workspace) is { } state
        ? new(state, FileStamp.Find(Path.Combine(state.GitDirectory, "index")), File.Exists(LockOf(state)))
        : null;

    /// <summary>Whether a process has the lock open, as a git has until it is done. What other users' processes have open is not seen, but by root.</summary>
    public bool IsLockHeld() => FileStamp.Find(LockOf(State)) is { } held && Directory.EnumerateDirectories("/proc").Any(process => HasOpen(process, held));

    private static string LockOf(GitState state) => Path.Combine(state.GitDirectory, LockName);

    private static bool HasOpen(string process, FileStamp file)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0]) && Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(open =>
                new FileInfo(open).LinkTarget is { } target && target.EndsWith(LockName, StringComparison.Ordinal)
                && FileStamp.Find(open) is { } found && (found.Device, found.Inode) == (file.Device, file.Inode));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended, or is another's
        }
    }
}
