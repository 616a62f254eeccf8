namespace Strata.Workflows.Tests.Parsing;

/// <summary>STR12xx, each at its very character, however the text is written.</summary>
public sealed class ExpressionDiagnosticTests
{
    private const string Steps = "jobs:\n  a:\n    steps:\n";

    [Theory]
    [InlineData("STR1201", Steps + "      - run: echo ${{ ▸bogus.x }}\n")]
    [InlineData("STR1201", Steps + "      - run: 'it''s ${{ ▸bogus.x }}'\n")]
    [InlineData("STR1201", Steps + "      - run: \"a\\tb \\u0041 ${{ ▸bogus.x }}\"\n")]
    [InlineData("STR1201", Steps + "      - run: |\n          one\n          two ${{ ▸bogus.x }}\n          three\n")]
    [InlineData("STR1201", Steps + "      - run: |2-  # comment\n\n            one\n          two ${{ ▸bogus.x }}\n")]
    [InlineData("STR1201", Steps + "      - run: >-\n          one\n          two\n\n          three ${{ ▸bogus.x }}\n")]
    [InlineData("STR1201", Steps + "      - run: one\n          two ${{ ▸bogus.x }}\n")]
    [InlineData("STR1201", Steps + "      - run: 'one\n\n          two ${{ ▸bogus.x }}'\n")]
    [InlineData("STR1201", Steps + "      - if: ▸bogus.x == 1\n        run: x\n")]
    [InlineData("STR1201", Steps + "      - if: ${{ ▸nofunc() }}\n        run: x\n")]
    [InlineData("STR1201", Steps + "      - run: x ▸${{ github.ref\n")]
    [InlineData("STR1202", "jobs:\n  a: { if: \"▸hashFiles('x') != ''\", steps: [run: x] }")]
    [InlineData("STR1202", "jobs:\n  a: { if: \"▸matrix.x\", steps: [run: x] }")]
    [InlineData("STR1202", "env: { A: \"${{ ▸matrix.x }}\" }\njobs: { a: { steps: [run: x] } }")]
    [InlineData("STR1202", Steps + "      - if: ▸secrets.A\n        run: x\n")]
    [InlineData("STR1202", "caches:\n  c: { paths: x, key: \"k-${{ ▸secrets.A }}\" }\njobs: { a: { steps: [run: x] } }")]
    [InlineData("STR1201", Steps + "      - run: ${{ ▸jobs.a.result }}\n")]
    [InlineData("STR1203", Steps + "      - if: ▸x ${{ github.ref }}\n        run: x\n")]
    [InlineData("STR1204", "jobs:\n  a: { needs: \"▸${{ x }}\", steps: [run: x] }")]
    [InlineData("STR1204", Steps + "      - uses: actions/checkout@▸${{ x }}\n")]
    [InlineData("STR1205", Steps + "      - { id: build, run: x }\n      - run: ${{ ▸steps.biuld.outputs.x }}\n")]
    [InlineData("STR1206", Steps + "      - run: ${{ ▸steps.later.outputs.x }}\n      - { id: later, run: x }\n")]
    [InlineData("STR1207", "jobs:\n  a: { steps: [run: x] }\n  b: { steps: [{ run: \"${{ ▸needs.a.result }}\" }] }")]
    [InlineData("STR1207", "jobs:\n  a: { steps: [run: x] }\n  b: { if: \"${{ ▸needs.a.result == 'success' }}\", steps: [run: x] }")]
    [InlineData("STR1208", "jobs:\n  a: { outputs: { out: x }, steps: [run: x] }\n  b: { needs: a, steps: [{ run: \"${{ ▸needs.a.outputs.uot }}\" }] }")]
    [InlineData("STR1209", "jobs:\n  a:\n    strategy: { matrix: { os: [1] } }\n    name: ${{ ▸matrix.so }}\n    steps: [run: x]")]
    [InlineData("STR1210", Steps + "      - run: ${{ ▸inputs.level }}\n")]
    public void A_problem_of_an_expression_points_at_its_character(string code, string marked) => Marked.Find(code, marked);

    [Theory]
    [InlineData("${{ needs.a.outputs.x }}")]
    [InlineData("${{ github.event.inputs.anything }} ${{ env.X }} ${{ vars.Y }} ${{ strata.ref }}")]
    [InlineData("${{ runner.temp }} ${{ job.status }} ${{ secrets.S }} ${{ strategy.job-index }}")]
    [InlineData("${{ hashFiles('**/x') }} ${{ toJSON(github) }}")]
    public void What_may_be_named_in_a_script_is_not_warned_about(string script) =>
        Yaml.Parse($"jobs:\n  a: {{ outputs: {{ x: y }}, steps: [run: x] }}\n  b:\n    needs: a\n    steps:\n      - run: {script}\n").Diagnostics.ShouldBeEmpty();

    [Fact]
    public void A_computed_matrix_may_have_any_key() =>
        Yaml.Parse("jobs:\n  a:\n    strategy: { matrix: \"${{ fromJSON(vars.M) }}\" }\n    name: ${{ matrix.os }}\n    steps: [run: x]").Diagnostics.ShouldBeEmpty();

    [Fact]
    public void Several_problems_of_one_text_are_all_told() =>
        Yaml.Codes(Yaml.Parse(Steps + "      - run: ${{ a.b }} ${{ c.d }}\n").Diagnostics).ShouldBe(["STR1201 4:18", "STR1201 4:29"]);

    [Theory]
    [InlineData("jobs:\n  a: { if: \"matrix.x && hashFiles('x') && secrets.A && env.A\", steps: [run: x] }", "STR1202 2:13", "STR1202 2:25", "STR1202 2:43", "STR1202 2:56")]
    [InlineData(Steps + "      - if: secrets.A && nowhere.x && nofunc(alos.b) && format()\n        run: x\n", "STR1202 4:13", "STR1201 4:26", "STR1201 4:39", "STR1201 4:46", "STR1201 4:57")]
    [InlineData(Steps + "      - if: nowhere.x && (github.ref\n        run: x\n", "STR1201 4:13", "STR1201 4:34")]
    public void Several_problems_of_one_expression_are_all_told(string text, params string[] expected) =>
        Yaml.Codes(Yaml.Parse(text).Diagnostics).ShouldBe(expected);

    [Fact]
    public void A_step_that_does_two_things_has_the_expressions_of_both_checked() =>
        Yaml.Codes(Yaml.Parse(Steps + "      - uses: actions/checkout@v4\n        run: ${{ nowhere.x }}\n        working-directory: ${{ nofunc() }}\n").Diagnostics)
            .Where(code => code.StartsWith("STR12", StringComparison.Ordinal)).ShouldBe(["STR1201 5:18", "STR1201 6:32"]);
}
