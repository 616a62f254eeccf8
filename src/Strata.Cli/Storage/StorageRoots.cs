using Strata.Images.Kept;
using Strata.Layers.Store;

namespace Strata.Cli.Storage;

/// <summary>All records of a data directory that name layers. A kind of record that is missing here loses what it names.</summary>
internal static class StorageRoots
{
    public static ILayerRoots Of(string dataDirectory) => new ImageRoots(dataDirectory);
}
