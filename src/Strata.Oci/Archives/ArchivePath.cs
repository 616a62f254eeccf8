namespace Strata.Oci.Archives;

/// <summary>Names inside an archive, made canonical. None leads out.</summary>
internal static class ArchivePath
{
    private const int LengthMax = 4096;

    /// <summary>Without <c>./</c> and a slash at the end; empty for the root.</summary>
    /// <exception cref="OciException">It is absolute or has <c>..</c>.</exception>
    public static string Normalize(string path)
    {
        if (path.Length > LengthMax || path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            throw OciDiagnostics.BadArchive($"it holds the path '{OciDiagnostics.Shown(path)}'");
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Array.IndexOf(parts, "..") >= 0
            ? throw OciDiagnostics.BadArchive($"the path '{OciDiagnostics.Shown(path)}' may lead out of it")
            : string.Join('/', parts.Where(part => part != "."));
    }

    /// <summary>Where a symbolic link leads.</summary>
    /// <exception cref="OciException">Out of the archive.</exception>
    public static string Resolve(string link, string target)
    {
        if (target.StartsWith('/'))
        {
            throw OciDiagnostics.BadArchive($"the link '{OciDiagnostics.Shown(link)}' leads out of it");
        }

        List<string> parts = [.. link.Split('/')[..^1]];
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    throw OciDiagnostics.BadArchive($"the link '{OciDiagnostics.Shown(link)}' leads out of it");
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
