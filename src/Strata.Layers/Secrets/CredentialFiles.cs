using System.Text;
using System.Text.RegularExpressions;

namespace Strata.Layers.Secrets;

/// <summary>Files in which well-known tools keep credentials, by the end of their path (docs/errors/STR3171.md lists them).</summary>
internal static partial class CredentialFiles
{
    /// <summary>Larger files of these names are something else.</summary>
    public const int SizeMax = 1 << 20;

    private const StringComparison Word = StringComparison.OrdinalIgnoreCase;

    private static readonly CredentialFile[] All =
    [
        new(".npmrc", "a token of npm", IsNpm),
        new(".netrc", "a password for a host", static line => HasWord(line, "password")),
        new(".git-credentials", "a password of git", HasUserInUrl),
        new(".config/git/credentials", "a password of git", HasUserInUrl),
        new(".docker/config.json", "a login of docker", static line => HasJson(line, "\"auth\"") || HasJson(line, "\"identitytoken\"")),
        new(".aws/credentials", "a key of AWS", static line => HasValue(line, "aws_secret_access_key")),
        new(".pypirc", "a password for PyPI", static line => HasValue(line, "password")),
        new(".cargo/credentials", "a token of cargo", static line => HasValue(line, "token")),
        new(".cargo/credentials.toml", "a token of cargo", static line => HasValue(line, "token")),
        new(".kube/config", "a credential of Kubernetes", KubernetesValue()),
        new("config", "a credential of git", GitValue()), // also of bare clones and submodules
        new(".gitconfig", "a credential of git", GitValue()),
        new("pip.conf", "a password for a package index", UrlValue()),
        new("settings.xml", "a password of Maven", MavenValue(), isXml: true),
        new("nuget.config", "a password for a package source", NuGetValue(), isXml: true) { IgnoresCase = true },
        new(".yarnrc.yml", "a token of Yarn", YarnValue()),
        new(".pgpass", "a password of PostgreSQL", PostgresValue()),
    ];

    private const RegexOptions Lines = RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly CredentialFile SshDirectory = new(".ssh", "", static _ => false);
    private static readonly CredentialFile SshKey = new(".ssh/id_", "a private key", static line => line.Contains("PRIVATE KEY-----", StringComparison.Ordinal));

    public static CredentialFile? Of(ReadOnlySpan<byte> path)
    {
        foreach (var kind in All)
        {
            if (EndsWith(path, kind))
            {
                return kind;
            }
        }

        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var isKey = name.StartsWith("id_"u8) && !name.EndsWith(".pub"u8) && EndsWith(path[..Math.Max(path.Length - name.Length - 1, 0)], SshDirectory);
        return isKey ? SshKey : null;
    }

    private static bool EndsWith(ReadOnlySpan<byte> path, CredentialFile kind)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes = bytes[..Encoding.ASCII.GetBytes(kind.Path, bytes)];
        if (path.Length < bytes.Length)
        {
            return false;
        }

        var end = path[^bytes.Length..];
        return (end.SequenceEqual(bytes) || (kind.IgnoresCase && Ascii.EqualsIgnoreCase(end, bytes)))
            && (path.Length == bytes.Length || path[path.Length - bytes.Length - 1] == (byte)'/');
    }

    [GeneratedRegex("""^[ \t]*(?:url|pushurl|proxy)[ \t]*=[ \t]*"?\w+://(?:[^/\s@:]*:(?<value>[^/\s@]+)|(?<value>(?:gh[opsur]_|github_pat_|glpat-)[^/\s@]+))@|^[ \t]*\[url[ \t]+"\w+://[^/\s@:]*:(?<value>[^/\s@]+)@|^[ \t]*extraheader[ \t]*=[ \t]*"?[ \t]*(?:Proxy-)?Authorization:[ \t]*(?:\w+[ \t]+)?(?<value>[^\s"]+)""", Lines)]
    private static partial Regex GitValue();

    [GeneratedRegex("""^(?![ \t]*[#;])[^\n]*?://[^/\s@:]*:(?<value>[^/\s@]+)@""", Lines)]
    private static partial Regex UrlValue();

    [GeneratedRegex("""<(?:password|passphrase)>\s*(?<value>[^<\s][^<]*)<""", Lines)]
    private static partial Regex MavenValue();

    [GeneratedRegex("""<add\s+key\s*=\s*["'](?:ClearText)?Password["']\s+value\s*=\s*["'](?<value>[^"']+)["']""", Lines)]
    private static partial Regex NuGetValue();

    [GeneratedRegex("""^[ \t]*["']?(?:npmAuthToken|npmAuthIdent)["']?[ \t]*:[ \t]*["']?(?<value>[^\s"'#]+)""", Lines)]
    private static partial Regex YarnValue();

    [GeneratedRegex("""^[ \t]*(?:-[ \t]+)?["']?(?:token|password|client-key-data|access-token|id-token|refresh-token)["']?[ \t]*:[ \t]*["']?(?<value>[^\s"',#]+)""", Lines)]
    private static partial Regex KubernetesValue();

    [GeneratedRegex("""^(?!#)(?:(?:\\.|[^:\\\n])+:){4}(?<value>[^\r\n]+)""", Lines)]
    private static partial Regex PostgresValue();

    private static bool IsNpm(string line) => HasValue(line, "_authToken") || HasValue(line, "_auth") || HasValue(line, "_password");

    /// <summary><c>key = value</c>, also as the end of a longer key; a variable is no value.</summary>
    private static bool HasValue(string line, string key)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || line.TrimStart() is ['#' or ';', ..])
        {
            return false;
        }

        var value = line[(equals + 1)..].Trim().Trim('"', '\'');
        var name = line.AsSpan(0, equals).TrimEnd();
        return value.Length > 0 && !value.StartsWith("${", StringComparison.Ordinal) && name.EndsWith(key, Word)
            && (name.Length == key.Length || !char.IsAsciiLetterOrDigit(name[name.Length - key.Length - 1]));
    }

    private static bool HasWord(string line, string word)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, word);
        return line.TrimStart() is not ['#', ..] && at >= 0 && at + 1 < words.Length;
    }

    /// <summary>On one line, as docker writes it, or anywhere in a line of compact JSON: the key with a text that is not empty.</summary>
    private static bool HasJson(string line, string key)
    {
        for (var at = line.IndexOf(key, StringComparison.Ordinal); at >= 0; at = line.IndexOf(key, at + 1, StringComparison.Ordinal))
        {
            var rest = line.AsSpan(at + key.Length).TrimStart();
            if (rest is [':', ..] && rest[1..].TrimStart() is ['"', not '"', ..])
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasUserInUrl(string line)
    {
        var scheme = line.IndexOf("://", StringComparison.Ordinal);
        var at = line.LastIndexOf('@');
        return scheme > 0 && at > scheme && line.AsSpan(scheme + 3, Math.Max(at - scheme - 3, 0)).Contains(':');
    }
}

/// <param name="Path">What the file's path ends with, in whole names.</param>
/// <param name="What">For people.</param>
/// <param name="LineOf">The first line of a content with a credential, from 1; 0: none.</param>
internal sealed partial record CredentialFile(string Path, string What, Func<string, int> LineOf)
{
    public CredentialFile(string path, string what, Predicate<string> isCredential)
        : this(path, what, content => Array.FindIndex(content.Split('\n'), isCredential) + 1)
    {
    }

    /// <param name="value">Its group <c>value</c> is the credential, unless a variable or a blank stands there.</param>
    /// <param name="isXml">What is in comments is none.</param>
    public CredentialFile(string path, string what, Regex value, bool isXml = false)
        : this(path, what, content => LineOfValue(isXml ? WithoutComments(content) : content, value))
    {
    }

    public bool IgnoresCase { get; init; }

    private static int LineOfValue(string content, Regex value)
    {
        foreach (Match match in value.Matches(content))
        {
            if (!IsPlaceholder(match.Groups["value"].Value))
            {
                return content.AsSpan(0, match.Groups["value"].Index).Count('\n') + 1;
            }
        }

        return 0;
    }

    private static bool IsPlaceholder(string value) =>
        value is ['$', '{' or '(', ..] or ['{', '{', ..] or ['%', .., '%'] or "***" or "null" or "~";

    private static string WithoutComments(string content) => Comment().Replace(content, static comment => new string('\n', comment.ValueSpan.Count('\n')));

    [GeneratedRegex("<!--.*?(?:-->|\\z)", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
