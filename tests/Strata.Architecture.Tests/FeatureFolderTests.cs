using System.Text.RegularExpressions;

namespace Strata.Architecture.Tests;

/// <summary>Feature folders of one project may use each other in one direction only.</summary>
public sealed partial class FeatureFolderTests
{
    private static readonly string[] Drawers = ["Utils", "Util", "Helpers", "Helper", "Common", "Manager", "Managers", "Misc"];

    public static TheoryData<string> Projects() => [.. Repository.Projects()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Feature_folders_have_no_cycle(string project)
    {
        var uses = FolderUses(project);
        foreach (var start in uses.Keys)
        {
            FindCycle(uses, start).ShouldBeNull($"in {project}");
        }
    }

    [Fact]
    public void There_are_no_drawers()
    {
        foreach (var file in Repository.SourceFiles())
        {
            var path = Path.GetRelativePath(Repository.Root, file);
            path.Split('/', '.').Intersect(Drawers).ShouldBeEmpty(path);
            Path.GetFileNameWithoutExtension(file).EndsWith("Manager", StringComparison.Ordinal).ShouldBeFalse(path);
            Path.GetFileNameWithoutExtension(file).EndsWith("Helper", StringComparison.Ordinal).ShouldBeFalse(path);
        }
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        foreach (var file in Repository.SourceFiles())
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file))!.Replace('/', '.');
            var match = NamespaceLine().Match(File.ReadAllText(file));
            if (match.Success)
            {
                match.Groups[1].Value.ShouldBe(folder, file);
            }
        }
    }

    /// <summary>Folder → folders of the same project its files name by <c>using</c>.</summary>
    private static Dictionary<string, SortedSet<string>> FolderUses(string project)
    {
        var root = Path.Combine(Repository.Root, "src", project);
        Dictionary<string, SortedSet<string>> uses = [];
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(root, file).Split('/') is [var first, _, ..] ? first : "";
            if (folder.Length == 0)
            {
                continue; // files at the root are the module's face: they may use all folders, and all may use them
            }

            var set = uses.TryGetValue(folder, out var known) ? known : uses[folder] = [];
            foreach (Match match in UsingLine().Matches(File.ReadAllText(file)))
            {
                var name = match.Groups[1].Value;
                if (name.StartsWith(project + ".", StringComparison.Ordinal) && name[(project.Length + 1)..].Split('.')[0] is var used && used != folder)
                {
                    set.Add(used);
                }
            }
        }

        return uses;
    }

    private static string? FindCycle(Dictionary<string, SortedSet<string>> uses, string start)
    {
        Stack<(string Folder, string Path)> open = new([(start, start)]);
        HashSet<string> seen = [];
        while (open.TryPop(out var current))
        {
            foreach (var next in uses.GetValueOrDefault(current.Folder) ?? [])
            {
                if (next == start)
                {
                    return $"{current.Path} → {next}";
                }

                if (seen.Add(next))
                {
                    open.Push((next, $"{current.Path} → {next}"));
                }
            }
        }

        return null;
    }

    [GeneratedRegex(@"^using (?:static )?(Strata\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
