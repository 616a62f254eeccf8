using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>layers:</c>, how stored layers are kept.</summary>
internal static class LayerSettings
{
    private static readonly string[] Keys = ["max-size"];

    /// <returns>Bytes, or null when it is not said.</returns>
    public static long? ReadSizeMax(YamlMapping layers, List<Diagnostic> problems)
    {
        long? max = null;
        foreach (var (key, value) in layers.Entries)
        {
            if (key.Text != "max-size")
            {
                problems.Add(ConfigurationFile.Unknown(key, "'layers'", Keys));
            }
            else if (value is YamlScalar scalar && ByteSize.TryParse(scalar.Text, out var size))
            {
                max = size.Bytes;
            }
            else
            {
                problems.Add(CliDiagnostics.BadConfiguration(value.At, "'max-size' is no size.", "Write a number with a unit, for example 20GB or 500MB."));
            }
        }

        return max;
    }
}
