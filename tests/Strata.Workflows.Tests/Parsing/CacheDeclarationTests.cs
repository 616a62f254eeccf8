namespace Strata.Workflows.Tests.Parsing;

/// <summary>What declarations of caches say together, and how their lists may be written.</summary>
public sealed class CacheDeclarationTests
{
    private const string Job = "jobs:\n  a: { steps: [run: x] }\n";
    private const string Long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; // 100

    [Theory]
    [InlineData("STR2131", "caches:\n  c: { paths: [~/e, b, ▸~/x/../e/], key: k }\n" + Job)]
    [InlineData("STR2131", "jobs:\n  a: { caches: [{ paths: [~/e], key: k }, { paths: [b, ▸~/./e], key: l }], steps: [run: x] }")]
    [InlineData("STR2131", "caches:\n  one: { paths: [a], key: k }\n  two: { paths: [a/], key: k }\njobs:\n  a: { caches: [one, ▸two], steps: [run: x] }")]
    [InlineData("STR2131", "caches:\n  one: { preset: yarn }\n  two: { preset: yarn-berry }\njobs:\n  a: { caches: [one, ▸two], steps: [run: x] }")]
    [InlineData("STR2131", "jobs:\n  a: { caches: [{ preset: npm }, { paths: ▸/root/.npm, key: k }], steps: [run: x] }")]
    [InlineData("STR2132", "jobs:\n  a: { caches: [{ preset: npm }, ▸{ preset: npm }], steps: [run: x] }")]
    [InlineData("STR2132", "caches:\n  pip: { preset: pip }\njobs:\n  a: { caches: [pip, ▸{ preset: pip, paths: [p] }], steps: [run: x] }")]
    [InlineData("STR2132", "jobs:\n  a: { caches: [{ preset: node_modules }, ▸{ preset: node_modules, paths: [f/node_modules] }], steps: [run: x] }")]
    [InlineData("STR2133", "caches:\n  c: { paths: [▸'!a'], key: k }\n" + Job)]
    [InlineData("STR2134", "caches:\n  c: { preset: npm, vary: ▸[image, platform] }\n" + Job)]
    [InlineData("STR1112", "caches:\n  c: { preset: npm, vary: ▸[] }\n" + Job)]
    [InlineData("STR2135", "caches:\n  c: { paths: x, key: \"k-${{ ▸strata.caches.npm.key }}\" }\n" + Job)]
    [InlineData("STR2135", "jobs:\n  a: { caches: [{ paths: x, key: k, restore-keys: \"k-${{ ▸strata.caches.npm.key }}\" }], steps: [run: x] }")]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸x/" + Long + Long + Long + "/y], key: k }\n" + Job)]
    [InlineData("STR2105", "caches:\n  c: { paths: x, rolling: true, key: ▸" + Long + Long + Long + Long + "a }\n" + Job)]
    [InlineData("STR2105", "caches:\n  c: { preset: ccache, key: ▸" + Long + Long + Long + Long + "a }\n" + Job)]
    [InlineData("STR1112", "caches:\n  c: { paths: x, key: k, restore-keys: [▸''] }\n" + Job)]
    [InlineData("STR1112", "caches:\n  c: { preset: ▸'' }\n" + Job)]
    [InlineData("STR1112", "caches:\n  c: { paths: [▸''], key: k }\n" + Job)]
    [InlineData("STR1021", "caches:\n  c: { paths: [\"a▸\\0b\"], key: k }\n" + Job)]
    [InlineData("STR1021", "caches:\n  c: { paths: x, key: \"a▸\\0b\" }\n" + Job)]
    [InlineData("STR1102", "caches:\n  c: ▸hello\njobs:\n  a: { caches: [c], steps: [run: x] }")]
    [InlineData("STR1102", "caches:\n  c: ▸[a]\njobs:\n  a: { caches: [c], steps: [run: x] }")]
    [InlineData("STR1102", "caches:\n  ▸c:\njobs:\n  a: { caches: [c], steps: [run: x] }")]
    public void One_mistake_is_one_error_at_its_place(string code, string marked)
    {
        Marked.Find(code, marked).Help.ShouldNotBeNull();
        Yaml.Parse(marked.Replace("▸", "", StringComparison.Ordinal)).Diagnostics.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("caches:\n  one: { preset: node_modules }\n  two: { preset: node_modules, paths: [f/node_modules] }\njobs:\n  a: { caches: [one, two], steps: [run: x] }")]
    [InlineData("caches:\n  one: { paths: [a], key: k }\n  two: { paths: [a], key: k }\njobs:\n  a: { caches: [one], steps: [run: x] }\n  b: { caches: [two], steps: [run: x] }")]
    [InlineData("caches:\n  one: { paths: [a], key: k }\n  two: { paths: [a/b], key: k }\njobs:\n  a: { caches: [one, two], steps: [run: x] }")]
    [InlineData("caches:\n  c: { preset: npm, vary: [platform] }\n" + Job)]
    public void What_only_resembles_a_mistake_is_none(string yaml) => Yaml.Valid(yaml);

    [Fact]
    public void A_key_is_counted_in_characters_and_not_in_halves_of_them()
    {
        static string With(int count) => $"caches:\n  c: {{ paths: x, key: \"{string.Concat(Enumerable.Repeat("😀", count))}\" }}\n{Job}";

        Yaml.Valid(With(512));
        Yaml.Parse(With(513)).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("513 characters");
    }

    [Fact]
    public void Lists_may_be_lines_of_one_text()
    {
        var cache = Yaml.Valid("caches:\n  c:\n    paths: |\n      ~/a\n\n      b/c\n    key: k\n    restore-keys: |\n      k-1\n      k-\n" + Job).Caches[0];

        cache.Paths.Select(static path => (path.Value.Text, path.At.Line, path.At.Column)).ShouldBe([("~/a", 4, 7), ("b/c", 6, 7)]);
        cache.RestoreKeys!.Select(static key => key.Value.Text).ShouldBe(["k-1", "k-"]);
        Yaml.Valid("caches:\n  c:\n    paths: x\n    key: k\n    restore-keys: |\n      k-${{ github.job }}\n      k-\n" + Job);
    }

    [Fact]
    public void No_restore_keys_are_something_else_than_nothing_said()
    {
        Yaml.Valid("caches:\n  c: { preset: npm, restore-keys: [] }\n" + Job).Caches[0].RestoreKeys.ShouldBeEmpty();
        Yaml.Valid("caches:\n  c: { preset: npm }\n" + Job).Caches[0].RestoreKeys.ShouldBeNull();
    }
}
