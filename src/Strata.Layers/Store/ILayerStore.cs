namespace Strata.Layers.Store;

/// <summary>The layers of all organizations, as this host is set up: on its disk alone, or there as copies of what a blob store keeps. Whoever needs a place of layers gets it here.</summary>
public interface ILayerStore
{
    /// <summary>Layers of public bases: each host makes or fetches them anew.</summary>
    ILayerPlace Public { get; }

    ILayerPlace Of(LayerOrg org);

    /// <summary>To be asked before a record names layers of the organization.</summary>
    ILayerUploads UploadsOf(LayerOrg org);
}
