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
            else
            {
                max = SizeSetting.Read(key.Text, value, "Leave it out for the default; what is in use is kept in any case.", problems);
            }
        }

        return max;
    }
}
