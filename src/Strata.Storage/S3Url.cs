using Strata.Core.Diagnostics;

namespace Strata.Storage;

/// <summary>The parts of an <c>s3://</c> location, each checked.</summary>
internal static class S3Url
{
    private const string Known = "endpoint, profile, region";

    public static StorageLocation.OfS3 Parse(string text, string rest)
    {
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rest : rest[..query];
        var parameters = query < 0 ? [] : Parameters(text, rest[(query + 1)..]);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        var prefix = slash < 0 ? "" : path[(slash + 1)..].TrimEnd('/');
        var (endpoint, region, profile) = (parameters.GetValueOrDefault("endpoint"), parameters.GetValueOrDefault("region"), parameters.GetValueOrDefault("profile"));
        Check(text, $"`{bucket}`", LocationRules.FaultOfBucket(bucket));
        Check(text, $"the prefix `{prefix}`", LocationRules.FaultOfPrefix(prefix));
        Check(text, "its endpoint", endpoint is null ? null : LocationRules.FaultOfEndpoint(endpoint));
        Check(text, "its region", region is null ? null : LocationRules.FaultOfName(region));
        Check(text, "its profile", profile is null ? null : LocationRules.FaultOfName(profile));
        return new(bucket, prefix, endpoint is null ? null : new Uri(endpoint), region, profile);
    }

    /// <summary>Looked for first: no message may repeat them.</summary>
    public static bool HoldsCredentials(string text)
    {
        if (text.StartsWith("file:", StringComparison.Ordinal))
        {
            return false;
        }

        var query = text.IndexOf('?', StringComparison.Ordinal);
        var holds = text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal);
        foreach (var parameter in query < 0 ? [] : text[(query + 1)..].Split('&'))
        {
            var name = parameter.Split('=')[0];
            holds |= name.Contains("key", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
                || name.Contains("token", StringComparison.OrdinalIgnoreCase) || name.Contains("password", StringComparison.OrdinalIgnoreCase)
                || name.Contains("credential", StringComparison.OrdinalIgnoreCase) || name.Contains("signature", StringComparison.OrdinalIgnoreCase);
        }

        return holds;
    }

    private static Dictionary<string, string> Parameters(string text, string query)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? parameter : parameter[..equals];
            if (name is not ("endpoint" or "region" or "profile"))
            {
                throw new UserErrorException(StorageDiagnostics.UnknownParameter(name, Known));
            }

            if (equals < 0 || !found.TryAdd(name, Uri.UnescapeDataString(parameter[(equals + 1)..])))
            {
                throw StorageLocation.Bad(text, $"its `{name}` has no value, or two");
            }
        }

        return found;
    }

    /// <exception cref="UserErrorException">There is a fault.</exception>
    private static void Check(string text, string part, string? fault)
    {
        if (fault is not null)
        {
            throw StorageLocation.Bad(text, $"{part} {fault}");
        }
    }
}
