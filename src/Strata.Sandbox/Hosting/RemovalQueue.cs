namespace Strata.Sandbox.Hosting;

/// <summary>What ended sandboxes leave to remove (their files, the network helper) is removed while the next job already runs; nothing is left when the host is disposed.</summary>
internal sealed class RemovalQueue
{
    private const int PendingMax = 8; // more than this, and jobs write faster than the disk forgets: then an end waits again

    private readonly List<Task> _pending = []; // guarded by itself

    /// <summary>Returns at once unless too much is pending.</summary>
    /// <exception cref="IOException">An earlier removal failed.</exception>
    internal async Task AddAsync(Func<Task> removal)
    {
        Task? oldest = null;
        lock (_pending)
        {
            _pending.Add(Task.Run(removal));
            if (_pending.Count > PendingMax)
            {
                oldest = _pending[0];
                _pending.RemoveAt(0);
            }
        }

        if (oldest is not null)
        {
            await oldest.ConfigureAwait(false);
        }
    }

    /// <summary>Returns when all that was added before is removed, whoever else waits for it.</summary>
    /// <exception cref="IOException">A removal failed; all have ended.</exception>
    internal async Task DrainAsync()
    {
        Task[] pending;
        lock (_pending)
        {
            pending = [.. _pending];
        }

        try
        {
            await Task.WhenAll(pending).ConfigureAwait(false);
        }
        finally
        {
            lock (_pending)
            {
                _pending.RemoveAll(pending.Contains);
            }
        }
    }
}
