namespace Strata.Storage.S3;

/// <summary>Never printed: a record would.</summary>
internal sealed class S3Credentials(string accessKey, string secretKey, string? sessionToken)
{
    public string AccessKey { get; } = accessKey;

    public string SecretKey { get; } = secretKey;

    public string? SessionToken { get; } = sessionToken;
}
