namespace Strata.Sandbox.Site;

/// <summary>Keeps passwords and tokens of the host's user out of jobs. When in doubt a line is dropped.</summary>
internal static class CredentialFilter
{
    private static readonly string[] Words = ["_authtoken", "_auth", "_password", "password", "cleartextpassword", "username", "token", "secret", "certfile", "keyfile"];

    internal static string Lines(string text)
    {
        var kept = "";
        foreach (var line in text.Split('\n'))
        {
            kept += line.Length > 0 && !HasCredentials(line) ? line + "\n" : "";
        }

        return kept;
    }

    /// <summary>A word for a credential, or a URL with a user part.</summary>
    internal static bool HasCredentials(string text)
    {
        foreach (var word in Words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        for (var scheme = text.IndexOf("://", StringComparison.Ordinal); scheme >= 0; scheme = text.IndexOf("://", scheme + 3, StringComparison.Ordinal))
        {
            if (HasUser(text.AsSpan(scheme + 3)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasUser(ReadOnlySpan<char> authority)
    {
        foreach (var c in authority)
        {
            if (c is '@' or ' ' or '/' or '"' or '\'' or '\t' or '\n')
            {
                return c == '@';
            }
        }

        return false;
    }
}
