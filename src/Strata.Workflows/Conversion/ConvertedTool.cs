using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Reading;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>A set-up step that an image replaces.</summary>
/// <param name="Version">As written, or null.</param>
internal sealed record ConvertedTool(string Action, SetupAction Setup, string? Version)
{
    private const string ByExpression = "by an expression";

    public static ConvertedTool? Of(YamlMapping step)
    {
        if (step.Find("uses") is not YamlScalar { Text: var uses } || SetupActions.Find(uses.Split('@')[0]) is not { } setup)
        {
            return null;
        }

        var version = (step.Find("with") as YamlMapping)?.Find(setup.VersionInput) as YamlScalar;
        return new(uses, setup, version is { HasExpression: false } ? version.Text : version is null ? null : ByExpression);
    }

    public IEnumerable<(int Line, Func<SourceSpan, Diagnostic> Make)> Notes(int line)
    {
        if (Version is { } version)
        {
            yield return (line, at => ConversionDiagnostics.OtherVersion(at, Action, version, Setup.Reference.Replace("{0}", Version == ByExpression ? "VERSION" : version, StringComparison.Ordinal)));
        }

        if (Setup.Commands.Count > 0)
        {
            yield return (line, at => ConversionDiagnostics.ExtraCommands(at, Action, string.Join("; ", Setup.Commands)));
        }
    }
}
