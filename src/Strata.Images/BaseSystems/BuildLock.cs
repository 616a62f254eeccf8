namespace Strata.Images.BaseSystems;

/// <summary>One builder a key and host. The kernel releases the lock of a dead one. Lock files stay: removing one would race with its next holder.</summary>
internal sealed class BuildLock : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private BuildLock(FileStream file) => _file = file;

    /// <param name="onWait">Called once if another holds it.</param>
    public static async Task<BuildLock> AcquireAsync(string path, Action onWait, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var waits = false; ; waits = true)
        {
            try
            {
                return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)); // flock(LOCK_EX | LOCK_NB)
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && IsHeld(e))
            {
                if (!waits)
                {
                    onWait();
                }

                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool IsHeld(IOException e) => e.HResult is 11 or unchecked((int)0x80070020); // EWOULDBLOCK, or as .NET translates it
}
