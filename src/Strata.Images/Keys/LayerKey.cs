using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Images.Keys;

/// <summary>What a layer is found by: the hash of a manifest of all its inputs (docs/format/layer-key.md).</summary>
internal static class LayerKey
{
    /// <summary>Whoever changes what a manifest holds, or what a step does with it, changes this.</summary>
    public const string Format = "strata.layer-key/1";

    /// <returns>The manifest is what the key is the hash of, as canonical JSON.</returns>
    public static (Digest Key, JsonObject Manifest) Of(KeyInputs inputs)
    {
        var manifest = new JsonObject
        {
            ["format"] = Format,
            ["below"] = inputs.Below.ToString(),
            ["instruction"] = inputs.Instruction,
            ["platform"] = inputs.Platform,
        };
        Add(manifest, "command", inputs.Command);
        Add(manifest, "shell", inputs.Shell);
        Add(manifest, "env", inputs.Env);
        Add(manifest, "args", inputs.Args);
        Add(manifest, "files", inputs.Files?.ToString());
        Add(manifest, "to", inputs.To);
        Add(manifest, "mode", inputs.Mode is { } mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null);
        Add(manifest, "owner", inputs.Owner);
        Add(manifest, "user", inputs.User);
        Add(manifest, "workdir", inputs.WorkingDirectory);
        Add(manifest, "network", inputs.Network is { } network ? network ? "default" : "none" : null);
        return (CanonicalJson.DigestOf(manifest), manifest);
    }

    private static void Add(JsonObject manifest, string name, string? value)
    {
        if (value is not null)
        {
            manifest[name] = value;
        }
    }

    private static void Add(JsonObject manifest, string name, IReadOnlyDictionary<string, string>? values)
    {
        if (values is null)
        {
            return;
        }

        var members = new JsonObject();
        if (values.Count > 0)
        {
            foreach (var (key, value) in values)
            {
                members[key] = value;
            }
        }

        manifest[name] = members;
    }
}
