using Strata.Metadata;

namespace Strata.Tenancy.Revoking;

/// <summary>A kind of product that can be taken back. Its statements act on the rows of one revocation as a whole: there may be a hundred thousand.</summary>
public interface IRevocable
{
    ProductKind Kind { get; }

    /// <summary>Inserts what the revoked run itself published, live or not, into <c>revoked_product (revocation, kind, id)</c>.</summary>
    void AddProductsOfRun(SqlSession sql, long revocation, string runId);

    /// <summary>Takes the products of the revocation out of use, in the same transaction: nobody finds them afterwards.</summary>
    /// <param name="reason">For people.</param>
    void Retire(SqlSession sql, long revocation, string reason, DateTimeOffset now);

    /// <summary>What was taken back, for people, in the order of its ids.</summary>
    IReadOnlyList<RevokedProduct> List(SqlSession sql, long revocation);
}

/// <param name="Description">One line: kind, name, key, scope.</param>
/// <param name="WasLive">It could have been used until now.</param>
public sealed record RevokedProduct(Product Product, string RunId, string Description, bool WasLive);
