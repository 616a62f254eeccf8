namespace Strata.Layers.Packing;

/// <summary>Something was changed while it was packed: what was read may be of two times. Packing again may work.</summary>
public sealed class TreeChangedException(string path) : IOException($"{path} changed while it was read.")
{
    /// <summary>For people.</summary>
    public string ChangedPath { get; } = path;
}
