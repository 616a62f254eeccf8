using System.Text;

namespace Strata.Workflows.Conversion;

/// <summary>The images of a converted workflow: one for each set of tools.</summary>
/// <param name="taken">Names the file has already.</param>
internal sealed class ConvertedImages(IReadOnlyCollection<string> taken)
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
        for (var i = 2; taken.Contains(name) || _images.Exists(image => image.Name == name); i++)
        {
            name = $"{stem}-{i}";
        }

        _images.Add((name, packages));
        return name;
    }

    /// <summary>Entries of <c>images:</c> in block style, each line ended and indented.</summary>
    public string Block(IReadOnlySet<string> used, string indent, string newLine)
    {
        var text = new StringBuilder();
        foreach (var (name, packages) in _images)
        {
            if (used.Contains(name))
            {
                text.Append(indent).Append(name).Append(':').Append(newLine)
                    .Append(indent).Append("  from: debootstrap:bookworm").Append(newLine)
                    .Append(indent).Append("  packages: [").AppendJoin(", ", packages).Append(']').Append(newLine);
            }
        }

        return text.ToString();
    }

    /// <summary>The same in flow style, with a comma between entries.</summary>
    public string Flow(IReadOnlySet<string> used) => string.Join(", ", _images.Where(image => used.Contains(image.Name))
        .Select(image => $"{image.Name}: {{from: 'debootstrap:bookworm', packages: [{string.Join(", ", image.Packages)}]}}"));
}
