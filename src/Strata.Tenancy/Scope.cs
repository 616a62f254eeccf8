using Strata.Core.Identity;

namespace Strata.Tenancy;

/// <summary>Whose an entry is, and how far it may be trusted (DESIGN §7). An entry is written in its writer's own scope and never gets another.</summary>
/// <param name="Ref">Full name; of a fork <c>fork/PULL/REF</c>, which is nobody else's.</param>
public sealed record Scope(string Organization, string Repository, string Ref, Trust Trust)
{
    private const string PullPrefix = "refs/pull/";

    /// <summary>Where a run writes.</summary>
    public static Scope Of(RunIdentity identity) =>
        new(identity.Organization, identity.Repository, identity.Trust is Trust.Fork ? $"fork/{PullOf(identity.Ref)}/{identity.Ref}" : identity.Ref, identity.Trust);

    /// <summary><c>org/repo/ref@trust</c>.</summary>
    public override string ToString() => $"{Organization}/{Repository}/{Ref}@{NameOf(Trust)}";

    /// <summary>A pull request's number; <c>-</c> for a run that acts as a fork without one.</summary>
    private static string PullOf(string reference)
    {
        if (!reference.StartsWith(PullPrefix, StringComparison.Ordinal))
        {
            return "-";
        }

        var rest = reference.AsSpan(PullPrefix.Length);
        var end = rest.IndexOf('/');
        var number = end < 0 ? rest : rest[..end];
        return number.Length > 0 && !number.ContainsAnyExceptInRange('0', '9') ? number.ToString() : "-";
    }

    private static string NameOf(Trust trust) => trust switch
    {
        Trust.Protected => "protected",
        Trust.Internal => "internal",
        _ => "fork",
    };
}
