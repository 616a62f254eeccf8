using System.Text;
using System.Text.Json.Nodes;
using Strata.Core.Json;

namespace Strata.Caching.Keys;

/// <summary>What a dependency cache is looked for by, spelled out: to explain why an entry did not match.</summary>
public static class KeyManifest
{
    /// <summary>More than this of inputs is not kept: explaining is a service, not a contract.</summary>
    private const int InputsMax = 200;

    /// <param name="identity">Of <see cref="CacheIdentity.Compute"/>.</param>
    /// <param name="inputs">What the key's expressions read: <c>hashFiles('package-lock.json')</c> → its value, <c>runner.os</c> → <c>Linux</c>. No secrets.</param>
    /// <param name="env">Variables that they read. No secrets.</param>
    /// <returns>Canonical JSON.</returns>
    public static string Of(JsonObject identity, string key, IEnumerable<KeyValuePair<string, string>> inputs, IEnumerable<KeyValuePair<string, string>> env)
    {
        var manifest = identity.DeepClone().AsObject();
        manifest["key"] = key;
        Add("inputs", inputs);
        Add("env", env);
        return Encoding.UTF8.GetString(CanonicalJson.Write(manifest));

        void Add(string member, IEnumerable<KeyValuePair<string, string>> values)
        {
            var members = new JsonObject();
            foreach (var (name, value) in values.Take(InputsMax))
            {
                members[name] = value;
            }

            if (members.Count > 0)
            {
                manifest[member] = members;
            }
        }
    }
}
