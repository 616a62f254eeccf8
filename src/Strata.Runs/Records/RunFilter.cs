using Strata.Core.Identity;

namespace Strata.Runs.Records;

/// <summary>Which runs are meant: those the reader may see (DESIGN §7), newest first.</summary>
public sealed record RunFilter(RunIdentity Reader)
{
    public RunStatus? Status { get; init; }

    public int Limit { get; init; } = 50;
}
