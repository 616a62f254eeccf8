using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Reading;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>A set-up step that an image replaces.</summary>
/// <param name="Version">As written, or null.</param>
/// <param name="Lost">Inputs the image has nothing for.</param>
internal sealed record ConvertedTool(string Action, SetupAction Setup, string? Version, IReadOnlyList<string> Lost)
{
    private const string ByExpression = "by an expression";

    /// <summary>They choose a version in another way; the value says where it stands.</summary>
    private static readonly string[] VersionFiles =
        ["node-version-file", "python-version-file", "java-version-file", "go-version-file", "global-json-file", "php-version-file", "version-file"];

    /// <summary>They change how the tool comes to the runner, not which tool it is, or fill a cache.</summary>
    private static readonly string[] Harmless =
    [
        "cache", "cache-dependency-path", "cache-dependency-glob", "package-manager-cache", "cache-read-only", "cache-version", "cache-local-path",
        "check-latest", "architecture", "arch", "distribution", "java-package", "token", "github-token", "mirror", "mirror-token", "update-environment",
        "allow-prereleases", "prerelease", "dest", "profile", "override",
    ];

    public static ConvertedTool? Of(YamlMapping step)
    {
        if (step.Find("uses") is not YamlScalar { Text: var uses } || SetupActions.Find(uses.Split('@')[0]) is not { } setup)
        {
            return null;
        }

        string? version = null;
        List<string> lost = [];
        foreach (var (key, value) in (step.Find("with") as YamlMapping)?.Entries ?? [])
        {
            if (string.Equals(key.Text, setup.VersionInput, StringComparison.OrdinalIgnoreCase) || Array.IndexOf(VersionFiles, key.Text) >= 0)
            {
                var written = value is not YamlScalar scalar || scalar.HasExpression ? ByExpression : scalar.Text.Trim().ReplaceLineEndings(", ");
                version = written.Length == 0 ? version : key.Text.EndsWith("-file", StringComparison.Ordinal) ? $"of {written}" : written;
            }
            else if (Array.IndexOf(Harmless, key.Text) < 0)
            {
                lost.Add(key.Text);
            }
        }

        return new(uses, setup, version ?? VersionOfReference(uses), lost);
    }

    public IEnumerable<Func<SourceSpan, Diagnostic>> Notes()
    {
        if (Version is { } version)
        {
            var isPlain = version != ByExpression && !version.Contains(' ', StringComparison.Ordinal);
            yield return at => ConversionDiagnostics.OtherVersion(
                at, Action, version, Setup.Reference.Replace("{0}", isPlain ? version : "VERSION", StringComparison.Ordinal));
        }

        if (Setup.Commands.Count > 0)
        {
            yield return at => ConversionDiagnostics.ExtraCommands(at, Action, string.Join("; ", Setup.Commands));
        }

        if (Lost.Count > 0)
        {
            yield return at => ConversionDiagnostics.LostInputs(at, Action, string.Join(", ", Lost));
        }
    }

    /// <summary>This action takes the version of the tool as its own.</summary>
    private static string? VersionOfReference(string uses) =>
        uses.Split('@') is ["dtolnay/rust-toolchain", not ("stable" or "master") and { Length: < 20 } toolchain] ? toolchain : null;
}
