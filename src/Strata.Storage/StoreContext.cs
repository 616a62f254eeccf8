using Strata.Core;
using Strata.Metadata.Leases;

namespace Strata.Storage;

/// <summary>For whom a blob is stored.</summary>
/// <param name="Lease">Of the attempt: asked in every write of a record.</param>
/// <param name="Owner"><c>SCOPE/JOB/artifact/NAME</c> or such: under it the worker that replaces a dead one finds what was sent. Without run and attempt, with who may write: who is less trusted finds nothing.</param>
/// <param name="Readable">Blobs reachable from what the job may read: only these, and what the owner itself stored, are not sent when they are there already. Knowing a digest proves nothing.</param>
public sealed record StoreContext(LeaseToken Lease, string Owner, IReadOnlySet<Digest> Readable, IProgress<UploadProgress>? Progress = null)
{
    /// <summary>Nobody needs it, it only saves time: a store that does not answer is given up within seconds.</summary>
    public bool IsHint { get; init; }
}

/// <param name="BytesDone">Of the plaintext: sent, or found sent.</param>
/// <param name="Parts">Sent so far.</param>
/// <param name="Retries">Parts that were sent once more, so far.</param>
/// <param name="Trouble">Why the store is asked again just now; null: it goes on.</param>
public readonly record struct UploadProgress(Digest Digest, long BytesDone, long BytesTotal, int Parts, int PartsResumed, int Retries, string? Trouble = null);

/// <summary>What storing a blob came to.</summary>
public abstract record StoreOutcome
{
    private StoreOutcome()
    {
    }

    /// <param name="BytesSent">As stored: compressed, encrypted. Without what was sent in vain.</param>
    /// <param name="Parts">Of the object.</param>
    /// <param name="PartsResumed">Of these, sent by an interrupted call before.</param>
    public sealed record Stored(long BytesSent, int Parts, int PartsResumed, int Retries) : StoreOutcome;

    /// <summary>Nothing was sent.</summary>
    public sealed record AlreadyThere : StoreOutcome;

    /// <summary>The lease is another's now. Nothing is visible.</summary>
    public sealed record LeaseLost : StoreOutcome;
}
