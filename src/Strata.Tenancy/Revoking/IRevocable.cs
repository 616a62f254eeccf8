using Strata.Metadata;

namespace Strata.Tenancy.Revoking;

/// <summary>
/// A kind of product that can be taken back. From the moment its rows are in <c>revoked_product</c> nobody may find them: each look-up of the kind asks there (there may be a hundred thousand, too
/// many to change at once). Their own rows follow.
/// </summary>
public interface IRevocable
{
    ProductKind Kind { get; }

    /// <summary>Inserts what the revoked run itself published, live or not, into <c>revoked_product (kind, id, revocation, pending)</c>, as pending.</summary>
    void AddProductsOfRun(SqlSession sql, long revocation, string runId);

    /// <summary>Takes the next revoked product out of use; it is not found any more as it is.</summary>
    /// <param name="reason">For people.</param>
    /// <returns>What to audit; null: it was not live, or is no more.</returns>
    Audit.AuditEvent? Retire(SqlSession sql, long id, string reason, DateTimeOffset now);

    /// <summary>What was taken back, for people, in the order of its ids.</summary>
    IReadOnlyList<RevokedProduct> List(SqlSession sql, long revocation);

    /// <summary>Runs that used any of it, as far as that is kept, whether they published something or not.</summary>
    IReadOnlyList<string> ListReaders(SqlSession sql, long revocation) => [];
}

/// <param name="Description">One line: kind, name, key, scope.</param>
/// <param name="WasLive">It could have been used until now.</param>
public sealed record RevokedProduct(Product Product, string RunId, string Description, bool WasLive);
