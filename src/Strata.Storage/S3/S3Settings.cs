using Strata.Core.Diagnostics;

namespace Strata.Storage.S3;

/// <summary>Where and as whom: the location, completed from the environment and the profile.</summary>
internal sealed class S3Settings
{
    private readonly Func<S3Credentials> _read;
    private readonly Lock _renewing = new(); // guards _credentials
    private S3Credentials _credentials;

    private S3Settings(StorageLocation.OfS3 location, Uri endpoint, bool pathStyle, string region, Func<S3Credentials> read) =>
        (Location, Endpoint, PathStyle, Region, _read, _credentials) = (location, endpoint, pathStyle, region, read, read());

    public StorageLocation.OfS3 Location { get; }

    /// <summary>Scheme, host, port; the bucket's own host unless <see cref="PathStyle"/>.</summary>
    public Uri Endpoint { get; }

    public bool PathStyle { get; }

    public string Region { get; }

    public S3Credentials Credentials
    {
        get
        {
            lock (_renewing)
            {
                return _credentials;
            }
        }
    }

    /// <summary>Whether there are others than those that were refused: whoever writes the profile may have renewed them.</summary>
    public bool TryRenew(S3Credentials refused)
    {
        lock (_renewing)
        {
            if (ReferenceEquals(_credentials, refused))
            {
                try
                {
                    var read = _read();
                    _credentials = read.AccessKey == refused.AccessKey && read.SessionToken == refused.SessionToken ? refused : read;
                }
                catch (UserErrorException)
                {
                    return false;
                }
            }

            return !ReferenceEquals(_credentials, refused);
        }
    }

    /// <param name="environment">Reads variables.</param>
    /// <exception cref="UserErrorException">No credentials, or an endpoint that is none.</exception>
    public static S3Settings Of(StorageLocation.OfS3 location, Func<string, string?> environment)
    {
        var variable = (string name) => environment(name) is { Length: > 0 } value ? value : null;
        var name = location.Profile ?? variable("AWS_PROFILE") ?? "default";
        var profile = AwsProfile.Read(name, variable);
        var region = location.Region ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? profile.GetValueOrDefault("region") ?? "us-east-1";
        var endpoint = location.Endpoint
            ?? OtherEndpoint(variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL") ?? profile.GetValueOrDefault("endpoint_url"));
        var credentials = () => CredentialsOf(location, name, variable);
        return endpoint is not null ? new(location, endpoint, pathStyle: true, region, credentials) : OfAmazon(location, region, credentials);
    }

    private static S3Credentials CredentialsOf(StorageLocation.OfS3 location, string name, Func<string, string?> variable)
    {
        if (location.Profile is null && variable("AWS_ACCESS_KEY_ID") is { } accessKey)
        {
            return Credential(location, "the environment", accessKey, variable("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN"));
        }

        var profile = AwsProfile.Read(name, variable);
        return Credential(
            location, $"the profile `{name}`", profile.GetValueOrDefault("aws_access_key_id"), profile.GetValueOrDefault("aws_secret_access_key"),
            profile.GetValueOrDefault("aws_session_token"));
    }

    private static S3Settings OfAmazon(StorageLocation.OfS3 location, string region, Func<S3Credentials> credentials)
    {
        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        var pathStyle = location.Bucket.Contains('.', StringComparison.Ordinal); // the certificate is for one label
        return new(location, new Uri(pathStyle ? $"https://s3.{region}.{domain}" : $"https://{location.Bucket}.s3.{region}.{domain}"), pathStyle, region, credentials);
    }

    private static Uri? OtherEndpoint(string? text) =>
        text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" ? uri
        : throw new UserErrorException(StorageDiagnostics.BadCredentials("AWS_ENDPOINT_URL", "it is no http or https URL without path"));

    private static S3Credentials Credential(StorageLocation.OfS3 location, string where, string? accessKey, string? secretKey, string? token) =>
        accessKey is null || secretKey is null
            ? throw new UserErrorException(StorageDiagnostics.NoCredentials(
                location.ToString(), accessKey is null ? $"{where} has none" : $"{where} has an access key, but no secret key"))
            : accessKey.AsSpan().ContainsAnyExceptInRange('!', '~') || (token ?? "").AsSpan().ContainsAnyExceptInRange('!', '~')
                ? throw new UserErrorException(StorageDiagnostics.BadCredentials(where, "an access key or token has characters that none has"))
                : new(accessKey, secretKey, token);
}
