using System.Text.Json.Nodes;
using Strata.Workflows.Expressions;
using Strata.Workflows.Planning;

namespace Strata.Workflows.Tests.Planning;

public class MatrixExpansionTests
{
    private static IReadOnlyList<MatrixVector> Expand(string json)
    {
        var (vectors, problems) = MatrixExpansion.Expand(Value.FromJson(JsonNode.Parse(json)));
        problems.ShouldBeEmpty();
        return vectors;
    }

    private static string[] Values(string json) => [.. Expand(json).Select(vector => vector.Values.ToJson()!.ToJsonString())];

    private static IReadOnlyList<string> Problems(string json) => MatrixExpansion.Expand(Value.FromJson(JsonNode.Parse(json))).Problems;

    [Fact]
    public void The_first_key_is_the_slowest() => Values("""{"os":["a","b"],"n":[1,2]}""")
        .ShouldBe(["""{"os":"a","n":1}""", """{"os":"a","n":2}""", """{"os":"b","n":1}""", """{"os":"b","n":2}"""]);

    [Fact]
    public void Excludes_match_parts_leaf_by_leaf_and_loosely() =>
        Values("""
            {"os":["linux","mac"],"v":[{"node":12,"npm":6},{"node":14,"npm":7}],"x":[[1,2],[1,3]],
             "exclude":[{"os":"LINUX","v":{"node":"12"}},{"v":{"npm":7},"x":[1,"3"]},{"os":"mac","v":{"node":14,"npm":8}}]}
            """).ShouldBe([
                """{"os":"linux","v":{"node":14,"npm":7},"x":[1,2]}""",
                """{"os":"mac","v":{"node":12,"npm":6},"x":[1,2]}""",
                """{"os":"mac","v":{"node":12,"npm":6},"x":[1,3]}""",
                """{"os":"mac","v":{"node":14,"npm":7},"x":[1,2]}""",
            ]);

    [Fact]
    public void Includes_are_as_in_GitHubs_documentation() =>
        Values("""
            {"fruit":["apple","pear"],"animal":["cat","dog"],
             "include":[{"color":"green"},{"color":"pink","animal":"cat"},{"fruit":"apple","shape":"circle"},{"fruit":"banana"},{"fruit":"banana","animal":"cat"}]}
            """).ShouldBe([
                """{"fruit":"apple","animal":"cat","color":"pink","shape":"circle"}""",
                """{"fruit":"apple","animal":"dog","color":"green","shape":"circle"}""",
                """{"fruit":"pear","animal":"cat","color":"pink"}""",
                """{"fruit":"pear","animal":"dog","color":"green"}""",
                """{"fruit":"banana"}""",
                """{"fruit":"banana","animal":"cat"}""",
            ]);

    [Fact]
    public void Includes_alone_are_the_matrix() => Values("""{"include":[{"site":"prod","n":1},{"site":"test"}]}""")
        .ShouldBe(["""{"site":"prod","n":1}""", """{"site":"test"}"""]);

    [Fact]
    public void An_include_that_matches_only_what_is_excluded_is_a_combination_of_its_own() =>
        Values("""{"os":["a","b"],"exclude":[{"os":"a"}],"include":[{"os":"a","x":1}]}""").ShouldBe(["""{"os":"b"}""", """{"os":"a","x":1}"""]);

    [Fact]
    public void An_include_without_matrix_keys_goes_to_all() =>
        Values("""{"os":["a","b"],"include":[{"x":1},{"X":2}]}""").ShouldBe(["""{"os":"a","x":2}""", """{"os":"b","x":2}"""]);

    [Fact]
    public void Original_values_stay_whatever_an_include_says() =>
        Values("""{"OS":["a"],"include":[{"os":"b","x":1}]}""").ShouldBe(["""{"OS":"a"}""", """{"os":"b","x":1}"""]);

    [Fact]
    public void Everything_may_be_excluded() => Values("""{"os":["a"],"exclude":[{"os":"a"}]}""").ShouldBeEmpty();

    [Fact]
    public void A_missing_leaf_is_null() => Values("""{"v":[{"a":1},{"b":1}],"exclude":[{"v":{"a":null}}]}""").ShouldBe(["""{"v":{"a":1}}"""]);

    [Theory]
    [InlineData("""{"os":["linux"],"n":[1.50]}""", " (linux, 1.5)")]
    [InlineData("""{"v":[{"a":1,"b":[true,{"c":"x"}]}]}""", " (1, true, x)")]
    [InlineData("""{"v":[null],"w":[""]}""", "")]
    [InlineData("""{"v":[""],"w":["x"]}""", " (x)")]
    [InlineData("""{"v":[1],"include":[{"v":1,"extra":"hidden"}]}""", " (1)")]
    [InlineData("""{"include":[{"v":1,"extra":"shown"}]}""", " (1, shown)")]
    public void The_display_suffix_lists_the_values(string json, string suffix) => Expand(json)[0].DisplaySuffix.ShouldBe(suffix);

    [Fact]
    public void A_display_name_is_cut_at_100_characters()
    {
        var vector = Expand($$"""{"v":["{{new string('x', 120)}}"]}""")[0];

        vector.DisplayName("build").ShouldBe($"build ({new string('x', 90)}...");
        Expand("""{"v":[1]}""")[0].DisplayName("build").ShouldBe("build (1)");
        Expand("""{"v":[null]}""")[0].DisplayName(new string('n', 120)).ShouldBe(new string('n', 120));
    }

    [Theory]
    [InlineData("null", "mapping")]
    [InlineData("[1]", "mapping")]
    [InlineData("\"x\"", "mapping")]
    [InlineData("{}", "empty")]
    [InlineData("""{"include":[]}""", "empty")]
    [InlineData("""{"os":"linux"}""", "'os'")]
    [InlineData("""{"os":[]}""", "empty list")]
    [InlineData("""{"os":["a"],"OS":["b"]}""", "twice")]
    [InlineData("""{"os":["a"],"exclude":{"os":"a"}}""", "'exclude'")]
    [InlineData("""{"os":["a"],"exclude":["a"]}""", "Entry 1")]
    [InlineData("""{"os":["a"],"exclude":[{"os":"a"},{}]}""", "Entry 2")]
    [InlineData("""{"os":["a"],"include":[{}]}""", "'include' is empty")]
    [InlineData("""{"os":["a"],"include":"x"}""", "'include'")]
    [InlineData("""{"version":["a"],"exclude":[{"versoin":"a"}]}""", "Did you mean 'version'?")]
    public void A_malformed_matrix_is_a_problem(string json, string says) => Problems(json).ShouldHaveSingleItem().ShouldContain(says);

    [Fact]
    public void All_problems_are_told() =>
        Problems("""{"a":1,"b":[],"include":[{}],"exclude":[{"c":1}]}""").Count.ShouldBe(4);

    [Fact]
    public void At_most_256_jobs()
    {
        static string Numbers(int count) => $"[{string.Join(",", Enumerable.Range(0, count))}]";

        Expand($$"""{"a":{{Numbers(16)}},"b":{{Numbers(16)}}}""").Count.ShouldBe(256);
        Problems($$"""{"a":{{Numbers(257)}}}""").ShouldHaveSingleItem().ShouldContain("256");
        Problems($$"""{"a":{{Numbers(256)}},"include":[{"a":"new"}]}""").ShouldHaveSingleItem().ShouldContain("256");
        Expand($$"""{"a":{{Numbers(257)}},"exclude":[{"a":0}]}""").Count.ShouldBe(256);
        var hostile = string.Join(",", Enumerable.Range(0, 30).Select(i => $"\"k{i}\":{Numbers(100)}"));
        Problems($"{{{hostile}}}").ShouldHaveSingleItem().ShouldContain("before exclude");
        Problems($$"""{"a":[1],"include":[{{string.Join(",", Enumerable.Repeat("""{"a":1}""", 2000))}}]}""").ShouldHaveSingleItem().ShouldContain("2000");
    }
}
