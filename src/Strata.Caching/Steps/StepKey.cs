using System.Text;
using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Caching.Steps;

/// <summary>All that a hermetic step's result can depend on (DESIGN §4): nothing of it is written by hand, and nothing else is to be seen where the step runs.</summary>
public sealed record StepKey
{
    /// <summary>Whoever changes what a key holds, or what a step finds where it runs, changes this.</summary>
    public const string Format = "strata.step/1";

    public required Digest Image { get; init; }

    /// <summary>After evaluation.</summary>
    public required string Command { get; init; }

    /// <summary>Program and arguments, with the place of the script as <c>{0}</c>.</summary>
    public required IReadOnlyList<string> Shell { get; init; }

    /// <summary>Absolute.</summary>
    public required string Directory { get; init; }

    public required int UserId { get; init; }

    public required int GroupId { get; init; }

    /// <summary>What is set for this step alone: its own env and the names it lists. What every hermetic step has is part of <see cref="Sandbox"/>, the image's of <see cref="Image"/>.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>Tree digest of the workspace as the step finds it.</summary>
    public required Digest Inputs { get; init; }

    /// <summary>By name of the cache, then by path: the tree digest of what is there. A path that is absent has none.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, Digest>> Caches { get; init; }

    /// <summary>Canonical patterns in the order written.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>As OCI writes it: <c>linux/amd64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>Version of the profile of the sandbox it runs in.</summary>
    public required string Sandbox { get; init; }

    /// <returns>The key as it is looked for, and what it is the digest of, as canonical JSON.</returns>
    public (string Key, string Manifest) Compute()
    {
        var caches = new JsonObject();
        foreach (var (name, paths) in Caches)
        {
            caches[name] = Texts(paths.Select(static path => KeyValuePair.Create(path.Key, path.Value.ToString())));
        }

        var manifest = CanonicalJson.Write(new JsonObject
        {
            ["format"] = Format,
            ["image"] = Image.ToString(),
            ["command"] = Command,
            ["shell"] = List(Shell),
            ["directory"] = Directory,
            ["user"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{UserId}:{GroupId}"),
            ["env"] = Texts(Env),
            ["inputs"] = Inputs.ToString(),
            ["caches"] = caches,
            ["outputs"] = List(Outputs),
            ["platform"] = Platform,
            ["sandbox"] = Sandbox,
        });
        return (Digest.Of(manifest).ToString(), Encoding.UTF8.GetString(manifest));
    }

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)JsonValue.Create(text))]);

    private static JsonObject Texts(IEnumerable<KeyValuePair<string, string>> members)
    {
        var texts = new JsonObject();
        foreach (var (name, value) in members)
        {
            texts[name] = value;
        }

        return texts;
    }
}
