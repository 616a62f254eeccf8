using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Json;
using Strata.Layers.Differences;

namespace Strata.Images;

/// <summary>The digests of DESIGN §3, over canonical JSON.</summary>
public static class ImageDigest
{
    /// <param name="layers">Bottom first.</param>
    public static Digest OfSnapshot(IReadOnlyList<Digest> layers) => new Snapshot(layers).Digest;

    /// <param name="layers">Bottom first.</param>
    public static Digest OfImage(IReadOnlyList<ResolvedLayer> layers, ImageConfig config)
    {
        var digests = new List<Digest>(layers.Count); // not by a query, nor an array: over a struct of ours neither is compiled ahead
        foreach (var layer in layers)
        {
            digests.Add(layer.Digest);
        }

        return OfImage(OfSnapshot(digests), config);
    }

    public static Digest OfImage(Digest snapshot, ImageConfig config)
    {
        var environment = new JsonObject();
        if (config.Environment.Count > 0) // what goes through nothing is not compiled ahead
        {
            foreach (var (name, value) in config.Environment)
            {
                environment[name] = value;
            }
        }

        return CanonicalJson.DigestOf(new JsonObject
        {
            ["format"] = "strata.image/1",
            ["snapshot"] = snapshot.ToString(),
            ["env"] = environment,
            ["workdir"] = config.WorkingDirectory,
            ["user"] = config.User,
            ["entrypoint"] = Texts(config.Entrypoint),
            ["cmd"] = Texts(config.Command),
            ["platform"] = Platform,
        });
    }

    private static JsonArray? Texts(IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            return null;
        }

        var array = new JsonArray();
        foreach (var text in texts)
        {
            array.Add((JsonNode)text);
        }

        return array;
    }

    /// <summary>OS and architecture as OCI names them: <c>linux/amd64</c>.</summary>
    public static string Platform { get; } = $"linux/{DebianArchitecture switch { "armhf" => "arm", "i386" => "386", var same => same }}";

    /// <summary>As Debian names the machine's architecture.</summary>
    public static string DebianArchitecture => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        Architecture.Arm => "armhf",
        Architecture.X86 => "i386",
        Architecture.S390x => "s390x",
        Architecture.Ppc64le => "ppc64el",
        Architecture.RiscV64 => "riscv64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
