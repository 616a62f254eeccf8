using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>registries:</c>, a mapping from hosts to how they are reached.</summary>
internal static class RegistrySettings
{
    private const int HostLengthMax = 260;

    private static readonly string[] Keys = ["insecure"];

    /// <param name="insecure">Grows by the hosts that may be spoken to over plain http.</param>
    public static void Read(YamlMapping registries, HashSet<string> insecure, List<Diagnostic> problems)
    {
        foreach (var (host, value) in registries.Entries)
        {
            if (!IsHost(host.Text))
            {
                problems.Add(CliDiagnostics.BadConfiguration(
                    host.At, $"'{host.Text}' is not the host of a registry.", "Write HOST or HOST:PORT, as in references, without https:// and without a path."));
            }

            if (value is not YamlMapping settings)
            {
                problems.Add(CliDiagnostics.BadConfiguration(value.At, $"The settings of '{host.Text}' are no mapping.", "Write for example: { insecure: true }"));
                continue;
            }

            foreach (var (key, setting) in settings.Entries)
            {
                if (key.Text != "insecure")
                {
                    problems.Add(ConfigurationFile.Unknown(key, "A registry", Keys));
                }
                else if (setting is not YamlScalar { Kind: YamlKind.Boolean } flag)
                {
                    problems.Add(CliDiagnostics.BadConfiguration(setting.At, "'insecure' must be true or false.", "true: plain http is spoken to this host."));
                }
                else if (flag.Boolean)
                {
                    insecure.Add(host.Text);
                }
            }
        }
    }

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= HostLengthMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']')
        && Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url) && url.AbsolutePath == "/" && url.Host.Length > 0;
}
