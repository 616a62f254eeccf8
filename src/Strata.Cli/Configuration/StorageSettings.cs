using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Storage;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>storage:</c>, where blobs are stored. Credentials are named here, never written. All that is wrong is told at once, each at its own value.</summary>
internal static class StorageSettings
{
    private static readonly string[] Types = ["s3", "filesystem"];
    private static readonly string[] Keys = ["type", "bucket", "region", "endpoint", "prefix", "path", "credentials"];
    private static readonly string[] OfS3 = ["type", "bucket", "region", "endpoint", "prefix", "credentials"];
    private static readonly string[] OfFiles = ["type", "path"];

    /// <returns>Null: there are problems.</returns>
    public static StorageLocation? Read(YamlMapping storage, List<Diagnostic> problems)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        var found = problems.Count;
        var type = ReadType(storage, problems);
        var known = type switch { "s3" => OfS3, "filesystem" => OfFiles, _ => Keys };
        foreach (var (key, value) in storage.Entries)
        {
            if (!Keys.Contains(key.Text))
            {
                problems.Add(ConfigurationFile.Unknown(key, "'storage'", known));
            }
            else if (!known.Contains(key.Text))
            {
                problems.Add(CliDiagnostics.BadConfiguration(key.At, $"'{key.Text}' is not for storage of type {type}.", $"It takes {string.Join(", ", known)}."));
            }
            else
            {
                ReadValue(key.Text, value, values, problems);
            }
        }

        var needed = type switch { "s3" => "bucket", "filesystem" => "path", _ => null };
        if (needed is not null && storage.Find(needed) is null)
        {
            problems.Add(CliDiagnostics.BadConfiguration(
                storage.At, $"Storage of type {type} needs '{needed}'.", "Write { type: s3, bucket: NAME, region: REGION } or { type: filesystem, path: /DIRECTORY }."));
        }

        return problems.Count > found ? null : LocationOf(values);
    }

    /// <returns>Null: there is none that is known, which is told.</returns>
    private static string? ReadType(YamlMapping storage, List<Diagnostic> problems)
    {
        var type = storage.Find("type");
        if (type is YamlScalar scalar && Types.Contains(scalar.Text))
        {
            return scalar.Text;
        }

        var nearest = type is YamlScalar text ? Suggestion.Nearest(text.Text, Types) : null;
        problems.Add(CliDiagnostics.BadConfiguration(
            type?.At ?? storage.At, type is null ? "'storage' has no type." : "'type' is none that is known.", nearest is null ? "Write type: s3, or type: filesystem." : $"Did you mean '{nearest}'?"));
        return null;
    }

    private static void ReadValue(string key, YamlNode value, Dictionary<string, string> values, List<Diagnostic> problems)
    {
        if (key is "credentials")
        {
            ReadProfile(value, values, problems);
            return;
        }

        if (value is not YamlScalar { Text.Length: > 0 } scalar)
        {
            problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key}' is no text.", HelpOf(key)));
            return;
        }

        var text = key is "prefix" ? scalar.Text.Trim('/') : scalar.Text;
        values[key] = text;
        var fault = key switch
        {
            "bucket" => LocationRules.FaultOfBucket(text),
            "region" => LocationRules.FaultOfName(text),
            "endpoint" => LocationRules.FaultOfEndpoint(text),
            "prefix" => LocationRules.FaultOfPrefix(text),
            "path" => LocationRules.FaultOfDirectory(text),
            _ => null,
        };
        if (fault is not null)
        {
            problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key}' {fault}.", HelpOf(key)));
        }
    }

    private static string HelpOf(string key) => key switch
    {
        "bucket" => "Write the bucket's name alone, for example builds; what comes before names of objects is 'prefix'.",
        "region" => "Write for example eu-central-1.",
        "endpoint" => "Write for example https://s3.lab:9000, without a path; credentials are in the environment or in a profile.",
        "prefix" => "Write for example team/strata.",
        "path" => "Write a directory from the root on, for example /srv/blobs.",
        _ => "See docs/configuration.md.",
    };

    private static void ReadProfile(YamlNode node, Dictionary<string, string> values, List<Diagnostic> problems)
    {
        if (node is YamlMapping { Entries: [var (key, value)] } && key.Text == "profile" && value is YamlScalar { Text.Length: > 0 } name && LocationRules.FaultOfName(name.Text) is null)
        {
            values["profile"] = name.Text;
            return;
        }

        problems.Add(CliDiagnostics.BadConfiguration(
            node.At, "'credentials' names a profile and nothing else.", "Write credentials: { profile: NAME }, of ~/.aws; or leave it out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Secrets are never written here."));
    }

    private static StorageLocation LocationOf(Dictionary<string, string> values) =>
        values["type"] == "filesystem" ? StorageLocation.OfDirectory(values["path"])
        : new StorageLocation.OfS3(
            values["bucket"], values.GetValueOrDefault("prefix", ""), values.TryGetValue("endpoint", out var endpoint) ? new Uri(endpoint) : null,
            values.GetValueOrDefault("region"), values.GetValueOrDefault("profile"));
}
