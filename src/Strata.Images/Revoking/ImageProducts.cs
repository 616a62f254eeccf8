using Strata.Core.Identity;
using Strata.Images.Records;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Revoking;

/// <summary>What a job derives from by running in an image: said when it publishes something, so that revoking the image's builder revokes it too.</summary>
public static class ImageProducts
{
    /// <param name="layers">Of the image; what was not built from steps is nobody's product.</param>
    public static List<Product> Of(Database database, RunIdentity reader, IReadOnlyList<ResolvedLayer> layers)
    {
        if (!layers.Any(static layer => layer.Key is not null))
        {
            return [];
        }

        return database.Read(sql =>
        {
            var products = new List<Product>();
            foreach (var layer in layers)
            {
                foreach (var source in LayerSource.Of(layer))
                {
                    products.AddRange(ImageLayerSql.IdsOf(sql, reader.Organization, reader.Repository, reader.Trust, source).Select(static id => new Product(ProductKind.ImageLayer, id)));
                }
            }

            return products;
        });
    }
}
