using Strata.Artifacts.Records;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Artifacts.Kept;

/// <summary>The layers of ready artifacts, in the name of their organization: they are not collected.</summary>
public sealed class ArtifactRoots(string dataDirectory) : ILayerRoots
{
    /// <exception cref="DatabaseException">The database cannot be read: what it refers to is not known, so nothing may go.</exception>
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = new HashSet<LayerName>();
        if (Database.Exists(dataDirectory))
        {
            using var database = new Database(dataDirectory, TimeProvider.System);
            foreach (var (organization, layer) in database.Read(ArtifactSql.ListLayers))
            {
                names.Add(new(LayerOrg.Of(organization), layer));
                names.Add(new(LayerOrg.Public, layer)); // an artifact may stand on public layers
            }
        }

        return ValueTask.FromResult<IReadOnlySet<LayerName>>(names);
    }
}
