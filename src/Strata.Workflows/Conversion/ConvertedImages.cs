using System.Text;

namespace Strata.Workflows.Conversion;

/// <summary>The images of a converted workflow: one for each set of tools.</summary>
internal sealed class ConvertedImages
{
    private static readonly string[] Basics = ["build-essential", "ca-certificates", "curl", "git", "unzip", "xz-utils"];

    private readonly List<(string Name, string[] Packages)> _images = [];

    public string NameFor(IReadOnlyList<ConvertedTool> tools)
    {
        string[] packages = [.. Basics.Concat(tools.SelectMany(tool => tool.Setup.Packages)).Distinct(StringComparer.Ordinal)];
        foreach (var (known, its) in _images)
        {
            if (its.AsSpan().SequenceEqual(packages))
            {
                return known;
            }
        }

        var stem = tools.Count == 0 ? "build" : string.Join('-', tools.Select(tool => tool.Setup.Image).Distinct());
        var name = stem;
        for (var i = 2; _images.Exists(image => image.Name == name); i++)
        {
            name = $"{stem}-{i}";
        }

        _images.Add((name, packages));
        return name;
    }

    /// <summary>The <c>images:</c> block; empty if there is none.</summary>
    public string Text()
    {
        if (_images.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder("images:\n");
        foreach (var (name, packages) in _images)
        {
            text.Append("  ").Append(name).Append(":\n    from: debootstrap:bookworm\n    packages: [").AppendJoin(", ", packages).Append("]\n");
        }

        return text.Append('\n').ToString();
    }
}
