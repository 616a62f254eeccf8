using System.Xml.Linq;

namespace Strata.Architecture.Tests;

/// <summary>The table "Code map" in ARCHITECTURE.md is what the projects may refer to; nothing else is.</summary>
public sealed class ProjectDirectionTests
{
    [Fact]
    public void Every_project_stands_in_the_table_and_every_row_is_a_project() =>
        Allowed().Keys.Order(StringComparer.Ordinal).ShouldBe(Repository.Projects());

    [Fact]
    public void Projects_refer_only_to_what_the_table_allows()
    {
        var allowed = Allowed();
        foreach (var project in Repository.Projects())
        {
            foreach (var reference in References(project))
            {
                allowed[project].ShouldContain(reference, $"{project} refers to {reference}: not in ARCHITECTURE.md's table");
            }
        }
    }

    [Fact]
    public void The_table_allows_nothing_that_is_not_used()
    {
        foreach (var (project, references) in Allowed())
        {
            References(project).Order(StringComparer.Ordinal).ShouldBe(references.Order(StringComparer.Ordinal), project);
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Strata.slnx");
        foreach (var project in Repository.Projects())
        {
            solution.ShouldContain($"src/{project}/{project}.csproj");
        }

        foreach (var test in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.csproj", SearchOption.AllDirectories))
        {
            solution.ShouldContain(Path.GetRelativePath(Repository.Root, test));
        }
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"))
            .Descendants("ProjectReference")
            .Where(reference => reference.Attribute("ReferenceOutputAssembly") is null) // else a tool that the build runs
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

    /// <summary>Rows such as: | `Strata.Layers` | what | Core, Storage |</summary>
    private static Dictionary<string, IReadOnlyList<string>> Allowed()
    {
        Dictionary<string, IReadOnlyList<string>> rows = [];
        foreach (var line in Repository.Read("ARCHITECTURE.md").Split('\n'))
        {
            if (line.Split('|') is [_, var name, _, var references, _] && name.Trim() is ['`', 'S', 't', 'r', 'a', 't', 'a', '.', ..] quoted)
            {
                rows[quoted.Trim('`')] =
                [
                    .. references.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Where(reference => reference != "nothing")
                        .Select(reference => $"Strata.{reference}"),
                ];
            }
        }

        return rows;
    }
}
