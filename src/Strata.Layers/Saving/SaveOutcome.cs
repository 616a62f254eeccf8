using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>What saving a tree came to.</summary>
public abstract record SaveOutcome
{
    private SaveOutcome()
    {
    }

    /// <summary>The path is not there, or is no directory.</summary>
    public sealed record Absent : SaveOutcome;

    /// <summary>It is there, and nothing of it is to be saved.</summary>
    public sealed record Empty : SaveOutcome;

    /// <summary>It shows the same as what it stands on; times and owners may differ.</summary>
    public sealed record Unchanged : SaveOutcome;

    /// <param name="Layers">Of the tree, those that were written now; held by the caller, who disposes them.</param>
    /// <param name="WrittenBytes">Of their images.</param>
    /// <param name="Dropped">Names and attributes that layers have no place for.</param>
    public sealed record Saved(StoredTree Tree, IReadOnlyList<LayerLease> Layers, long WrittenBytes, long Dropped) : SaveOutcome;

    /// <summary>A secret is in it: nothing is stored.</summary>
    /// <param name="Finds">At least one.</param>
    public sealed record Blocked(IReadOnlyList<SecretFind> Finds) : SaveOutcome;
}
