using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>cache.storage:</c>, where layers are kept besides the data directory. Credentials come from the environment or a profile, never from here.</summary>
/// <param name="Type"><c>s3</c> or <c>filesystem</c>.</param>
/// <param name="Path">Of a file system.</param>
/// <param name="Profile">In the credentials file; null: the environment's.</param>
internal sealed record CacheStorage(string Type, string? Bucket, string? Region, string? Endpoint, string? Prefix, string? Path, string? Profile)
{
    private static readonly string[] Keys = ["type", "bucket", "region", "endpoint", "prefix", "path", "credentials"];

    public static CacheStorage? Read(YamlNode node, List<Diagnostic> problems)
    {
        if (node is not YamlMapping mapping)
        {
            problems.Add(CliDiagnostics.BadConfiguration(node.At, "'storage' is no mapping.", "Write for example: { type: s3, bucket: NAME, region: eu-central-1 }"));
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? profile = null;
        foreach (var (key, value) in mapping.Entries)
        {
            if (!Keys.Contains(key.Text))
            {
                problems.Add(ConfigurationFile.Unknown(key, "'storage'", Keys));
            }
            else if (key.Text == "credentials")
            {
                profile = ReadProfile(value, problems);
            }
            else if (value is YamlScalar { Text.Length: > 0 } scalar)
            {
                texts[key.Text] = scalar.Text;
            }
            else
            {
                problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key.Text}' is empty or no text.", "See docs/configuration.md."));
            }
        }

        return Check(mapping.At, texts, profile, problems);
    }

    private static CacheStorage? Check(SourceSpan at, Dictionary<string, string> texts, string? profile, List<Diagnostic> problems)
    {
        var type = texts.GetValueOrDefault("type");
        var missing = type switch
        {
            "s3" => texts.ContainsKey("bucket") ? null : "'storage' of type s3 needs 'bucket'.",
            "filesystem" => texts.ContainsKey("path") ? null : "'storage' of type filesystem needs 'path'.",
            null => "'storage' needs 'type'.",
            _ => $"There is no type of storage '{type}'.",
        };
        if (missing is not null)
        {
            problems.Add(CliDiagnostics.BadConfiguration(at, missing, "Write { type: s3, bucket: NAME, region: REGION } or { type: filesystem, path: /DIRECTORY }."));
            return null;
        }

        return new(
            type!, texts.GetValueOrDefault("bucket"), texts.GetValueOrDefault("region"), texts.GetValueOrDefault("endpoint"), texts.GetValueOrDefault("prefix"),
            texts.GetValueOrDefault("path"), profile);
    }

    private static string? ReadProfile(YamlNode node, List<Diagnostic> problems)
    {
        if (node is YamlMapping { Entries: [{ Key.Text: "profile", Value: YamlScalar { Text.Length: > 0 } profile }] })
        {
            return profile.Text;
        }

        problems.Add(CliDiagnostics.BadConfiguration(
            node.At, "'credentials' may name a profile only.", "Write { profile: NAME }, or leave it out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Secrets are never written here."));
        return null;
    }
}
