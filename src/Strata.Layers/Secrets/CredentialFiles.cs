using System.Text;

namespace Strata.Layers.Secrets;

/// <summary>Files in which well-known tools keep credentials, by the end of their path (docs/errors/STR3171.md lists them).</summary>
internal static class CredentialFiles
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
    ];

    private static readonly CredentialFile SshKey = new(".ssh/id_", "a private key", static line => line.Contains("PRIVATE KEY-----", StringComparison.Ordinal));

    public static CredentialFile? Of(ReadOnlySpan<byte> path)
    {
        foreach (var kind in All)
        {
            if (EndsWith(path, kind.Path))
            {
                return kind;
            }
        }

        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var isKey = name.StartsWith("id_"u8) && !name.EndsWith(".pub"u8) && EndsWith(path[..Math.Max(path.Length - name.Length - 1, 0)], ".ssh");
        return isKey ? SshKey : null;
    }

    private static bool EndsWith(ReadOnlySpan<byte> path, string end)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes = bytes[..Encoding.ASCII.GetBytes(end, bytes)];
        return path.EndsWith(bytes) && (path.Length == bytes.Length || path[path.Length - bytes.Length - 1] == (byte)'/');
    }

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

/// <param name="What">For people.</param>
/// <param name="IsCredential">Of a line.</param>
internal sealed record CredentialFile(string Path, string What, Predicate<string> IsCredential)
{
    /// <summary>The first line with a credential, from 1; 0: none.</summary>
    public int LineOf(string content)
    {
        var lines = content.Split('\n');
        return Array.FindIndex(lines, IsCredential) + 1;
    }
}
