using System.Text;

namespace Strata.Layers.Sources;

/// <summary>
/// What a job may know of a repository's configuration: how it is stored, where it came from without credentials, which branch follows which.
/// Everything else (headers, helpers, includes, hooks, aliases, filters) is left out.
/// </summary>
internal static class GitConfiguration
{
    private static readonly string[] CoreKeys =
        ["repositoryformatversion", "filemode", "symlinks", "ignorecase", "precomposeunicode", "autocrlf", "eol", "sparsecheckout"];

    public static string Sanitise(string text)
    {
        var result = new StringBuilder();
        var (section, subsection) = ("", "");
        var written = "";
        foreach (var (header, key, value) in GitConfigurationReader.Read(text))
        {
            if (header is { } next)
            {
                (section, subsection) = next;
                continue;
            }

            if (Keep(section, key, value) is not { } kept || (subsection.Length == 0 && section is "remote" or "branch"))
            {
                continue;
            }

            var name = subsection.Length == 0 ? $"[{section}]" : $"[{section} \"{Escape(subsection)}\"]";
            if (name != written)
            {
                result.Append(name).Append('\n');
                written = name;
            }

            result.Append('\t').Append(key).Append(" = \"").Append(Escape(kept)).Append("\"\n");
        }

        return result.Append("[core]\n\tbare = false\n").ToString();
    }

    /// <summary>Null for what is not kept.</summary>
    private static string? Keep(string section, string key, string value) => (section, key) switch
    {
        ("core", _) when Array.IndexOf(CoreKeys, key) >= 0 => value,
        ("extensions", "objectformat" or "refstorage") => value,
        ("remote", "url" or "pushurl") => WithoutCredentials(value),
        ("remote", "fetch") => value,
        ("branch", "remote" or "merge") => value,
        _ => null,
    };

    /// <summary>User, password, query and fragment may each be a token. <c>git@host:path</c> holds none.</summary>
    internal static string? WithoutCredentials(string url)
    {
        if (url.Contains("::", StringComparison.Ordinal) && !url.Contains("://[", StringComparison.Ordinal))
        {
            return null; // a transport helper: a command
        }

        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return url.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && url[..at].Contains(':', StringComparison.Ordinal) ? url[(at + 1)..] : url;
        }

        var rest = url[(scheme + 3)..];
        rest = rest[..(rest.IndexOfAny(['?', '#']) is var query and >= 0 ? query : rest.Length)];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        return url[..(scheme + 3)] + authority[(authority.LastIndexOf('@') + 1)..] + (slash < 0 ? "" : rest[slash..]);
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
