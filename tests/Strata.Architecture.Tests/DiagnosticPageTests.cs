using System.Text.RegularExpressions;

namespace Strata.Architecture.Tests;

/// <summary>Every diagnostic code Strata can print has its page, and every page belongs to a code.</summary>
public sealed partial class DiagnosticPageTests
{
    [Fact]
    public void Codes_and_pages_are_the_same_set() => CodesInSource().ShouldBe(Pages());

    [Fact]
    public void A_page_says_the_message_the_reason_and_what_to_do()
    {
        foreach (var code in Pages())
        {
            var page = Repository.Read($"docs/errors/{code}.md");
            page.ShouldStartWith($"# {code}: ");
            page.ShouldContain("## Why", Case.Sensitive, code);
            page.ShouldContain("## What to do", Case.Sensitive, code);
        }
    }

    [Fact]
    public void A_code_is_made_in_one_module_only()
    {
        Dictionary<string, string> owners = [];
        foreach (var file in Repository.SourceFiles().Where(file => file.EndsWith("Diagnostics.cs", StringComparison.Ordinal)))
        {
            foreach (Match match in CodeLiteral().Matches(File.ReadAllText(file)))
            {
                var code = match.Groups[1].Value;
                owners.TryAdd(code, file);
                owners[code].ShouldBe(file, code);
            }
        }
    }

    private static SortedSet<string> CodesInSource() =>
        [.. Repository.SourceFiles().SelectMany(file => CodeLiteral().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];

    private static SortedSet<string> Pages() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/errors"), "STR*.md").Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [GeneratedRegex("\"(STR[0-9]{4})\"")]
    private static partial Regex CodeLiteral();
}
