using Strata.Core.Diagnostics;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Sandbox;

namespace Strata.Images.Capturing;

/// <summary>What became of a <c>run</c> step.</summary>
internal abstract record CaptureOutcome
{
    private CaptureOutcome()
    {
    }

    /// <param name="Commit">With a lease; the caller's to dispose.</param>
    /// <param name="LeftOut">Paths that the step made or changed and that are not in the layer by <see cref="CaptureRules"/>, in path order, for people.</param>
    /// <param name="Warnings">For example secrets too short to be looked for.</param>
    public sealed record Stored(LayerCommit Commit, PackedLayer Layer, IReadOnlyList<string> LeftOut, IReadOnlyList<Diagnostic> Warnings) : CaptureOutcome;

    /// <summary>The command did not end well: its exit code, its end, out of memory, why it could not be started, or the disk limit.</summary>
    public sealed record Failed(ExecOutcome Exec) : CaptureOutcome;

    /// <summary>At the step's line: no such shell or user, or a secret in what it made.</summary>
    public sealed record Refused(Diagnostic Diagnostic) : CaptureOutcome;
}
