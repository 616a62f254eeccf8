using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>artifacts:</c>, how long artifacts are kept and how much they may take.</summary>
internal static class ArtifactSettings
{
    private static readonly string[] Keys = ["retention", "max-retention", "quota"];

    public static ArtifactLimits Read(YamlMapping settings, List<Diagnostic> problems)
    {
        var limits = ArtifactLimits.Default;
        foreach (var (key, value) in settings.Entries)
        {
            limits = (key.Text, value) switch
            {
                ("retention", YamlScalar text) when Lifetime.TryParse(text.Text, out var time) => limits with { Retention = time },
                ("max-retention", YamlScalar text) when Lifetime.TryParse(text.Text, out var time) => limits with { RetentionMax = time },
                ("quota", _) => limits with { QuotaBytes = SizeSetting.Read(key.Text, value, "Leave it out for no limit.", problems) },
                _ => Refused(limits, key, value, problems),
            };
        }

        return limits;
    }

    private static ArtifactLimits Refused(ArtifactLimits limits, YamlScalar key, YamlNode value, List<Diagnostic> problems)
    {
        problems.Add(key.Text switch
        {
            "retention" or "max-retention" => CliDiagnostics.BadConfiguration(value.At, $"'{key.Text}' is no time.", "Write a number with a unit, for example 30d or 12h."),
            _ => ConfigurationFile.Unknown(key, "'artifacts'", Keys),
        });
        return limits;
    }
}
