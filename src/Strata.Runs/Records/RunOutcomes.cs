using Strata.Metadata.Leases;

namespace Strata.Runs.Records;

/// <summary>What starting a run came to.</summary>
public abstract record RunStarting
{
    private RunStarting()
    {
    }

    /// <param name="Lease">Held for as long as the run lasts; the caller disposes it.</param>
    public sealed record Started(Lease Lease) : RunStarting;

    /// <summary>A run of this id exists. Nothing was written.</summary>
    public sealed record Taken(RunRecord Run) : RunStarting;
}

/// <summary>What starting an attempt came to.</summary>
public abstract record AttemptStarting
{
    private AttemptStarting()
    {
    }

    /// <param name="Lease">
    /// Named <c>Producer.LeaseName</c>. Held until the attempt has saved what it saves: longer than until its end is recorded. The caller disposes it.
    /// </param>
    public sealed record Started(Lease Lease) : AttemptStarting;

    /// <summary>Somebody runs it.</summary>
    public sealed record Held(string Owner, DateTimeOffset Since) : AttemptStarting;

    /// <summary>It has ended, or its holder was lost: what comes next is another attempt.</summary>
    public sealed record Ended(AttemptRecord Attempt) : AttemptStarting;

    /// <summary>Its run is unknown, or has ended.</summary>
    public sealed record NoRun : AttemptStarting;
}

/// <summary>What recording an end came to.</summary>
public enum EndOutcome
{
    Recorded,

    /// <summary>The same or another end was recorded before; that one counts.</summary>
    AlreadyEnded,

    /// <summary>Whoever asks does not hold its lease. Nothing was written.</summary>
    LeaseLost,
}

/// <summary>What was found dead.</summary>
/// <param name="Runs">Ids.</param>
public sealed record LostWork(IReadOnlyList<string> Runs, IReadOnlyList<AttemptRecord> Attempts);
