using Strata.Core.Diagnostics;

namespace Strata.Cli.Run;

/// <summary>GitHub's rule for the names of secrets and of configuration variables: what it refuses would never be read there.</summary>
internal static class SettingNames
{
    private const string Reserved = "GITHUB_";

    public static void Check(string option, IEnumerable<string> names, List<Diagnostic> problems) =>
        problems.AddRange(names.Where(static name => !IsName(name)).Select(name => CliDiagnostics.BadName(option, name)));

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && !name.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase);
}
