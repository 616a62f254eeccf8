using Strata.Core.Diagnostics;

namespace Strata.Oci;

/// <summary>What kind of failure it was, for callers that do not just print it.</summary>
public enum OciFailure
{
    /// <summary>The registry says that there is no such repository, tag or blob.</summary>
    NotFound,

    /// <summary>It wants credentials, or other ones.</summary>
    Unauthorized,

    /// <summary>It knows who asks, and refuses.</summary>
    Denied,

    /// <summary>Too many requests; asking again later helps.</summary>
    RateLimited,

    /// <summary>No answer, or only faults of the server, after all retries.</summary>
    Unavailable,

    /// <summary>An answer that means none of the above.</summary>
    Refused,

    /// <summary>What came is damaged, hostile, or not what its digest names.</summary>
    InvalidContent,

    /// <summary>Valid, but nothing Strata can run (another platform, an artifact that is no image, an old format).</summary>
    Unsupported,
}

/// <summary>A registry or an archive did not give (or take) what was asked. Printed like any failure of the environment.</summary>
public sealed class OciException(OciFailure failure, Diagnostic diagnostic, Exception? cause = null) : EnvironmentException(diagnostic, cause)
{
    public OciFailure Failure { get; } = failure;
}
