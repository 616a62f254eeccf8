using System.Runtime.InteropServices;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Contexts;

/// <summary>Plain data as context values.</summary>
internal static class ContextValues
{
    public const string RunnerTemp = "/tmp/runner";
    public const string RunnerToolCache = "/opt/hostedtoolcache";

    public static ObjectValue OfTexts(IEnumerable<KeyValuePair<string, string>> texts)
    {
        List<KeyValuePair<string, Value>> values = [];
        foreach (var (name, text) in texts)
        {
            values.Add(new(name, Value.From(text)));
        }

        return new(values);
    }

    public static ObjectValue Of(params (string Name, Value Value)[] members)
    {
        var list = new List<KeyValuePair<string, Value>>(members.Length);
        foreach (var (name, value) in members)
        {
            list.Add(new(name, value));
        }

        return new(list);
    }

    public static ObjectValue Runner(bool debug) => Of(
        ("os", Value.From("Linux")),
        ("arch", Value.From(Architecture)),
        ("name", Value.From("strata")),
        ("temp", Value.From(RunnerTemp)),
        ("tool_cache", Value.From(RunnerToolCache)),
        ("environment", Value.From("self-hosted")),
        ("debug", Value.From(debug ? "1" : "")),
        ("workspace", Value.From("/")));

    public static string Architecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "ARM64" : "X64";
}
