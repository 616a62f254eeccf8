using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary>A setting that limits what something may take.</summary>
internal static class SizeSetting
{
    /// <param name="noneHelp">What to write instead of a limit of nothing.</param>
    /// <returns>Bytes, more than none; null: it is no such size, which is told.</returns>
    public static long? Read(string key, YamlNode value, string noneHelp, List<Diagnostic> problems)
    {
        if (value is not YamlScalar scalar || !ByteSize.TryParse(scalar.Text, out var size))
        {
            problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key}' is no size.", "Write a number with a unit, for example 500GB or 2TiB; without a unit it counts bytes."));
            return null;
        }

        if (size.Bytes > 0)
        {
            return size.Bytes;
        }

        problems.Add(CliDiagnostics.BadConfiguration(value.At, $"'{key}' leaves no room for anything.", noneHelp));
        return null;
    }
}
