using Strata.Caching.Stats;
using Strata.Execution.Reporting;

namespace Strata.Execution.Hermetic;

/// <summary>The proof of a run's hits: what was sampled, and what differed. Safe for concurrent use.</summary>
/// <param name="share">How many of the hits are run again: 0 to 1.</param>
/// <param name="isStrict">Whether a difference fails the run.</param>
internal sealed class HitVerification(double share, bool isStrict)
{
    private readonly Lock _lock = new(); // guards the two below
    private readonly List<VerifyDifference> _differences = [];
    private int _sampled;

    public bool IsOn => share > 0;

    /// <summary>Whether one hit is among the sample. Drawn anew each time: over many runs each is.</summary>
    public bool Draw() => share >= 1 || Random.Shared.NextDouble() < share;

    /// <param name="difference">Null: there was none.</param>
    public void Add(VerifyDifference? difference)
    {
        lock (_lock)
        {
            _sampled++;
            if (difference is not null)
            {
                _differences.Add(difference);
            }
        }
    }

    /// <summary>Null when none was asked for.</summary>
    public VerifyReport? ToReport()
    {
        lock (_lock)
        {
            return IsOn ? new(_sampled, _differences.Count, ProofBound.Of(_differences.Count, _sampled), [.. _differences]) : null;
        }
    }

    /// <summary>Why the run fails; null: it does not.</summary>
    public string? Failure() => isStrict && ToReport() is { Differing: > 0 } report
        ? $"{report.Differing} of {report.Sampled} verified hits differ from what their steps make now (--verify-strict)"
        : null;
}
