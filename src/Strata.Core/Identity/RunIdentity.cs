namespace Strata.Core.Identity;

/// <summary>On whose behalf, and for which ref, a run acts. Checked where it is made.</summary>
public sealed record RunIdentity
{
    public const string DefaultOrganization = "local";

    /// <summary>One path segment.</summary>
    public required string Organization { get; init; }

    /// <summary>One path segment, without the organization.</summary>
    public required string Repository { get; init; }

    /// <summary>Full name: <c>refs/heads/main</c>, <c>refs/tags/v1</c>, <c>refs/pull/7/merge</c>.</summary>
    public required string Ref { get; init; }

    public required Trust Trust { get; init; }

    /// <summary>Full name of the ref a pull request goes to, or null.</summary>
    public string? BaseRef { get; init; }

    /// <summary>Full name.</summary>
    public required string DefaultBranch { get; init; }

    /// <summary>The commit checked out, 40 hex digits, or null where there is none.</summary>
    public string? Commit { get; init; }

    /// <summary><c>org/repo</c>.</summary>
    public string FullRepository => $"{Organization}/{Repository}";

    /// <summary><c>main</c> for <c>refs/heads/main</c>; <c>7/merge</c> for <c>refs/pull/7/merge</c>.</summary>
    public string RefName => ShortName(Ref);

    public static string ShortName(string reference)
    {
        foreach (var prefix in (string[])["refs/heads/", "refs/tags/", "refs/pull/"])
        {
            if (reference.StartsWith(prefix, StringComparison.Ordinal))
            {
                return reference[prefix.Length..];
            }
        }

        return reference;
    }

    /// <summary>Short ref names mean <c>refs/heads/</c> (DESIGN §9).</summary>
    public static string FullRef(string reference) =>
        reference.StartsWith("refs/", StringComparison.Ordinal) ? reference : $"refs/heads/{reference}";

    /// <summary>Protected on the default branch, fork on pull requests, else internal (DESIGN §7).</summary>
    public static Trust DefaultTrust(string fullRef, string fullDefaultBranch) => fullRef switch
    {
        _ when fullRef == fullDefaultBranch => Trust.Protected,
        _ when fullRef.StartsWith("refs/pull/", StringComparison.Ordinal) => Trust.Fork,
        _ => Trust.Internal,
    };
}
