namespace Strata.Layers.Differences;

/// <summary>When a snapshot's layers are written anew as one: each costs a mount, and what upper ones hide is stored for nothing.</summary>
public static class SquashPolicy
{
    public const int LayersMax = 8;

    /// <param name="totalBytes">Of the files of all layers.</param>
    /// <param name="visibleBytes">Of those that the snapshot shows.</param>
    public static bool ShouldSquash(int layers, long totalBytes, long visibleBytes) =>
        layers > LayersMax || (layers > 1 && totalBytes - visibleBytes > totalBytes / 2);
}
