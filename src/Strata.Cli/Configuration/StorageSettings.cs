using Strata.Core.Diagnostics;
using Strata.Storage;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>storage:</c>, where blobs are stored. Credentials are named here, never written.</summary>
internal static class StorageSettings
{
    private static readonly string[] Keys = ["type", "bucket", "region", "endpoint", "prefix", "path", "credentials"];
    private static readonly string[] OfS3 = ["type", "bucket", "region", "endpoint", "prefix", "credentials"];
    private static readonly string[] OfFiles = ["type", "path"];

    /// <returns>Null: there are problems.</returns>
    public static StorageLocation? Read(YamlMapping storage, List<Diagnostic> problems)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        var found = problems.Count;
        foreach (var (key, value) in storage.Entries)
        {
            if (!Keys.Contains(key.Text))
            {
                problems.Add(ConfigurationFile.Unknown(key, "'storage'", Keys));
            }
            else if (key.Text == "credentials")
            {
                ReadProfile(value, values, problems);
            }
            else if (value is YamlScalar { Text.Length: > 0 } scalar)
            {
                values[key.Text] = scalar.Text;
            }
            else
            {
                problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key.Text}' is no text.", "See docs/configuration.md."));
            }
        }

        return problems.Count > found ? null : LocationOf(storage, values, problems);
    }

    private static void ReadProfile(YamlNode node, Dictionary<string, string> values, List<Diagnostic> problems)
    {
        if (node is YamlMapping { Entries: [var (key, value)] } && key.Text == "profile" && value is YamlScalar { Text.Length: > 0 } name)
        {
            values["profile"] = name.Text;
            return;
        }

        problems.Add(CliDiagnostics.BadConfiguration(
            node.At, "'credentials' names a profile and nothing else.", "Write credentials: { profile: NAME }, of ~/.aws; or leave it out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Secrets are never written here."));
    }

    private static StorageLocation? LocationOf(YamlMapping storage, Dictionary<string, string> values, List<Diagnostic> problems)
    {
        var type = values.GetValueOrDefault("type");
        var (known, needed) = type switch { "s3" => (OfS3, "bucket"), "filesystem" => (OfFiles, "path"), _ => ([], "") };
        if (known.Length == 0)
        {
            problems.Add(CliDiagnostics.BadConfiguration(storage.At, "'storage' has no type that is known.", "Write type: s3, or type: filesystem."));
            return null;
        }

        foreach (var (key, _) in storage.Entries)
        {
            if (!known.Contains(key.Text))
            {
                problems.Add(CliDiagnostics.BadConfiguration(key.At, $"'{key.Text}' is not for storage of type {type}.", $"It takes {string.Join(", ", known)}."));
                return null;
            }
        }

        if (!values.TryGetValue(needed, out var main))
        {
            problems.Add(CliDiagnostics.BadConfiguration(storage.At, $"Storage of type {type} needs '{needed}'.", "Write { type: s3, bucket: NAME, region: REGION } or { type: filesystem, path: /DIRECTORY }."));
            return null;
        }

        return Parse(type == "s3" ? UrlOf(main, values) : $"file://{main}", storage, problems);
    }

    private static string UrlOf(string bucket, Dictionary<string, string> values)
    {
        var query = string.Join('&', ((string[])["endpoint", "region", "profile"]).Where(values.ContainsKey).Select(name => $"{name}={values[name]}"));
        var path = values.TryGetValue("prefix", out var prefix) ? $"/{prefix.Trim('/')}" : "";
        return $"s3://{bucket}{path}{(query.Length > 0 ? "?" : "")}{query}";
    }

    private static StorageLocation? Parse(string url, YamlMapping storage, List<Diagnostic> problems)
    {
        try
        {
            return StorageLocation.Parse(url);
        }
        catch (UserErrorException e)
        {
            problems.AddRange(e.Diagnostics.Select(d => d with { At = d.At ?? storage.At }));
            return null;
        }
    }
}
