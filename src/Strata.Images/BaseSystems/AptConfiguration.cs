namespace Strata.Images.BaseSystems;

/// <param name="SignedBy">Absolute path of a keyring, or null.</param>
internal sealed record AptSource(string Uri, string Suite, IReadOnlyList<string> Components, string? SignedBy)
{
    public string ToLine()
    {
        var options = SignedBy is null ? "" : $"[signed-by={SignedBy}] ";
        return $"deb {options}{Uri} {Suite} {string.Join(' ', Components)}";
    }
}

/// <summary>Reads the binary sources an apt directory configures: one-line <c>.list</c> and deb822 <c>.sources</c> files (sources.list(5)).</summary>
internal static class AptConfiguration
{
    private const long FileSizeMax = 1 << 20;

    public static IReadOnlyList<AptSource> Read(string aptDirectory)
    {
        var sources = new List<AptSource>();
        var parts = Path.Combine(aptDirectory, "sources.list.d");
        string[] files = Directory.Exists(parts) ? Directory.GetFiles(parts) : [];
        Array.Sort(files, StringComparer.Ordinal);
        foreach (var file in (IEnumerable<string>)[Path.Combine(aptDirectory, "sources.list"), .. files])
        {
            if (!File.Exists(file) || new FileInfo(file).Length > FileSizeMax)
            {
                continue;
            }

            if (file.EndsWith(".sources", StringComparison.Ordinal))
            {
                ReadStanzas(File.ReadAllLines(file), sources);
            }
            else if (file.EndsWith(".list", StringComparison.Ordinal))
            {
                ReadLines(File.ReadAllLines(file), sources);
            }
        }

        return sources;
    }

    private static void ReadLines(string[] lines, List<AptSource> sources)
    {
        foreach (var raw in lines)
        {
            var line = raw.Split('#', 2)[0].Trim();
            if (!line.StartsWith("deb ", StringComparison.Ordinal) && !line.StartsWith("deb\t", StringComparison.Ordinal))
            {
                continue;
            }

            line = line[4..].Trim();
            string? signedBy = null;
            if (line.StartsWith('[') && line.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            {
                foreach (var option in Words(line[1..end]))
                {
                    signedBy = option.StartsWith("signed-by=", StringComparison.OrdinalIgnoreCase) ? option["signed-by=".Length..] : signedBy;
                }

                line = line[(end + 1)..];
            }

            if (Words(line) is [var uri, var suite, .. { Length: > 0 } components])
            {
                sources.Add(new(uri, suite, components, KeyPath(signedBy)));
            }
        }
    }

    private static void ReadStanzas(string[] lines, List<AptSource> sources)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? field = null;
        foreach (var line in (IEnumerable<string>)[.. lines, ""])
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                AddStanza(fields, sources);
                fields.Clear();
                field = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (field is not null)
                {
                    fields[field] += "\n" + line.Trim();
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                field = line[..colon].Trim();
                fields[field] = line[(colon + 1)..].Trim();
            }
        }
    }

    private static void AddStanza(Dictionary<string, string> fields, List<AptSource> sources)
    {
        if (Array.IndexOf(Words(fields.GetValueOrDefault("Types", "")), "deb") < 0
            || string.Equals(fields.GetValueOrDefault("Enabled"), "no", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var components = Words(fields.GetValueOrDefault("Components", ""));
        foreach (var uri in Words(fields.GetValueOrDefault("URIs", "")))
        {
            foreach (var suite in Words(fields.GetValueOrDefault("Suites", "")))
            {
                if (components.Length > 0)
                {
                    sources.Add(new(uri, suite, components, KeyPath(fields.GetValueOrDefault("Signed-By"))));
                }
            }
        }
    }

    /// <summary>A keyring file; a key written into the source itself is left to the host's trusted keys.</summary>
    private static string? KeyPath(string? signedBy) =>
        signedBy is not null && signedBy.StartsWith('/') && signedBy.IndexOfAny([' ', '\n', ',', ']']) < 0 ? signedBy : null;

    private static string[] Words(string text) => text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
