using Strata.Core;
using Strata.Metadata;

namespace Strata.Storage.Objects;

/// <summary>Where this database has stored blobs, whatever store is in use now.</summary>
public static class BlobLocations
{
    /// <returns>The place as its storage URL names it; null: none that is not doubted.</returns>
    /// <exception cref="DatabaseException">The database cannot be read.</exception>
    public static string? Find(Database database, string organization, Digest digest) => database.Read(sql => BlobSql.FindLocation(sql, organization, digest));
}
