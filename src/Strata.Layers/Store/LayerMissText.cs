namespace Strata.Layers.Store;

/// <summary>A miss as a clause whose subject is the layer.</summary>
public static class LayerMissText
{
    public static string Of(LayerMiss miss) => miss switch
    {
        LayerMiss.Damaged => "is damaged",
        LayerMiss.Unreadable => "cannot be read",
        LayerMiss.Unreachable => "cannot be fetched",
        _ => "is gone",
    };
}
