namespace Strata.Sandbox.Site;

/// <summary>
/// How this machine reaches package registries, for jobs: where to fetch from, not what, so it stays out of keys and layers. Never a credential.
/// <code>
/// host                                             in a job
/// SSL_CERT_FILE, /etc/ssl/certs/ca-certificates.crt   /run/strata-site/ca-certificates.crt, and a link at the usual place if the image has none
/// ~/.npmrc, /etc/npmrc, /usr/etc/npmrc             /run/strata-site/npmrc       (NPM_CONFIG_GLOBALCONFIG), without credentials
/// ~/.nuget/NuGet/NuGet.Config                      /etc/opt/NuGet/Config/site.Config, if it has no credentials
/// /etc/pip.conf                                    /run/strata-site/pip.conf    (PIP_CONFIG_FILE), without credentials
/// /etc/apt/apt.conf.d/*                            /etc/apt/apt.conf.d/90strata-site: Acquire lines only, if the image has apt
/// proxy variables, NUGET_CERT_REVOCATION_MODE      the same
/// </code>
/// </summary>
internal sealed class SiteSettings
{
    internal const string Directory = "/run/strata-site";

    private const long FileSizeMax = 4 << 20;

    private static readonly string[] PassedVariables =
    [
        "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY",
        "NUGET_CERT_REVOCATION_MODE",
    ];

    private static readonly string[] CertificateVariables =
    [
        "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "REQUESTS_CA_BUNDLE",
    ];

    private SiteSettings(IReadOnlyList<SiteFile> files, IReadOnlyDictionary<string, string> environment) => (Files, Environment) = (files, environment);

    /// <summary>In <see cref="Directory"/>, or at the place where a program looks.</summary>
    internal IReadOnlyList<SiteFile> Files { get; }

    internal IReadOnlyDictionary<string, string> Environment { get; }

    internal static SiteSettings Read(Func<string, string?> hostVariable)
    {
        var files = new List<SiteFile>();
        var environment = new Dictionary<string, string>();
        foreach (var name in PassedVariables)
        {
            if (hostVariable(name) is { Length: > 0 } value && !CredentialFilter.HasCredentials(value))
            {
                environment[name] = value;
            }
        }

        AddCertificates(files, environment, hostVariable("SSL_CERT_FILE"));
        var home = hostVariable("HOME") ?? "/root";
        AddText(files, environment, "npmrc", "NPM_CONFIG_GLOBALCONFIG", CredentialFilter.Lines(ReadAll("/usr/etc/npmrc", "/etc/npmrc", $"{home}/.npmrc")));
        AddText(files, environment, "pip.conf", "PIP_CONFIG_FILE", CredentialFilter.Lines(ReadAll("/etc/pip.conf")));
        if (ReadAll($"{home}/.nuget/NuGet/NuGet.Config") is { Length: > 0 } nuget && !CredentialFilter.HasCredentials(nuget))
        {
            files.Add(new("/etc/opt/NuGet/Config/site.Config", nuget, null));
        }

        AddApt(files);
        return new(files, environment);
    }

    private static void AddCertificates(List<SiteFile> files, Dictionary<string, string> environment, string? configured)
    {
        const string Usual = "/etc/ssl/certs/ca-certificates.crt";
        var bundle = File.Exists(configured) ? configured : Usual;
        if (!File.Exists(bundle))
        {
            return;
        }

        files.Add(new($"{Directory}/ca-certificates.crt", null, bundle) { LinkAt = Usual });
        foreach (var name in CertificateVariables)
        {
            environment[name] = $"{Directory}/ca-certificates.crt";
        }
    }

    private static void AddText(List<SiteFile> files, Dictionary<string, string> environment, string name, string variable, string text)
    {
        if (text.Length > 0)
        {
            files.Add(new($"{Directory}/{name}", text, null));
            environment[variable] = $"{Directory}/{name}";
        }
    }

    private static void AddApt(List<SiteFile> files)
    {
        const string HostDirectory = "/etc/apt/apt.conf.d";
        if (!System.IO.Directory.Exists(HostDirectory))
        {
            return;
        }

        var paths = System.IO.Directory.GetFiles(HostDirectory);
        Array.Sort(paths, StringComparer.Ordinal);
        var text = "";
        foreach (var line in ReadAll(paths).Split('\n'))
        {
            text += line.StartsWith("Acquire::", StringComparison.Ordinal) && line.TrimEnd().EndsWith(';') && !CredentialFilter.HasCredentials(line) ? line + "\n" : "";
        }

        if (text.Length > 0)
        {
            files.Add(new($"{HostDirectory}/90strata-site", text, null) { OnlyWithDirectory = HostDirectory });
        }
    }

    private static string ReadAll(params string[] paths)
    {
        var text = "";
        foreach (var path in paths)
        {
            if (new FileInfo(path) is { Exists: true, Length: < FileSizeMax })
            {
                text += File.ReadAllText(path).TrimEnd() + "\n";
            }
        }

        return text;
    }
}

/// <summary>One file of the site in a job: made from text, or the host's own.</summary>
internal sealed record SiteFile(string Path, string? Text, string? HostPath)
{
    /// <summary>Where a link to it is made unless the image has this path. No mount: a package that brings this file must be able to replace it.</summary>
    internal string? LinkAt { get; init; }

    /// <summary>Left out unless the image has this directory.</summary>
    internal string? OnlyWithDirectory { get; init; }
}
