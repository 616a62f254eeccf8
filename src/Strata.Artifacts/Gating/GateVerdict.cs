using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;

namespace Strata.Artifacts.Gating;

/// <summary>Whether a consumer starts.</summary>
public abstract record GateVerdict
{
    private GateVerdict()
    {
    }

    /// <param name="Artifacts">In the order of the needs; without the optional ones that there are not.</param>
    public sealed record Ready(IReadOnlyList<Artifact> Artifacts) : GateVerdict;

    /// <param name="Why">For people, one line.</param>
    public sealed record Wait(string Why) : GateVerdict;

    /// <param name="Problems">Of each that will not come: artifact, producer, state, since when.</param>
    public sealed record Fail(IReadOnlyList<Diagnostic> Problems) : GateVerdict;
}
