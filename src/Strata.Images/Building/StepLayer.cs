using Strata.Core.Explain;
using Strata.Images.Keys;
using Strata.Layers.Indexes;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>A step that makes a layer: what its key is made of, and how the layer is. Disposing lets go of what was looked at.</summary>
internal abstract class StepLayer : IDisposable
{
    public abstract KeyInputs Inputs { get; }

    /// <summary>What it makes may be another thing tomorrow.</summary>
    public virtual bool UsesNetwork => false;

    /// <summary>No secret is there while it is made.</summary>
    public virtual bool IsShareable => true;

    /// <summary>All besides the key that may make it fail: who wants the same under the same ones would fail alike. Null: nobody can say.</summary>
    public virtual string? FailureCircumstances => null;

    /// <summary>Layers it reads besides those it stands on.</summary>
    public virtual IReadOnlyList<StackLayer> CopiesFrom => [];

    /// <summary>What changed, in more words than the key has.</summary>
    /// <param name="before">The layer that was made last; null: it is gone.</param>
    public virtual ValueTask<IReadOnlyList<InputChange>> ExplainAsync(IReadOnlyList<InputChange> changes, LayerIndex? before, CancellationToken cancellationToken) => new(changes);

    /// <param name="log">For what commands print.</param>
    /// <exception cref="Strata.Core.Diagnostics.UserErrorException">The step failed, or made what may not be kept.</exception>
    public abstract Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken);

    public virtual void Dispose()
    {
    }
}

/// <param name="Lease">The caller disposes it.</param>
/// <param name="LeftOut">Names that no layer keeps.</param>
internal sealed record MadeLayer(LayerLease Lease, IReadOnlyList<string> LeftOut);
