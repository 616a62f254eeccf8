using Strata.Core.Identity;

namespace Strata.Tenancy.Tests;

internal static class Readers
{
    public static IReadOnlyList<string> Refs { get; } =
        ["refs/heads/main", "refs/heads/release", "refs/heads/feature", "refs/heads/other", "refs/tags/v1", "refs/pull/7/merge", "refs/pull/8/merge"];

    public static IReadOnlyList<Trust> Trusts { get; } = [Trust.Fork, Trust.Internal, Trust.Protected];

    /// <summary>Of the default branch main.</summary>
    public static RunIdentity On(string reference, Trust trust, string? baseRef = null) => new()
    {
        Organization = "acme",
        Repository = "app",
        Ref = reference,
        Trust = trust,
        BaseRef = baseRef,
        DefaultBranch = "refs/heads/main",
    };
}
