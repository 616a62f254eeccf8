using System.Text;
using Strata.Core.Diagnostics;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>STR11xx, each at its place.</summary>
public sealed class StructureDiagnosticTests
{
    private const string Job = "jobs:\n  a: { steps: [run: x] }\n";
    private const string Steps = "jobs:\n  a:\n    steps:\n";

    [Theory]
    [InlineData("STR1101", "▸job:\n  a: 1\n" + Job)]
    [InlineData("STR1101", "jobs:\n  a: { steps: [run: x], ▸time-out-minutes: 3 }")]
    [InlineData("STR1101", Steps + "      - run: x\n        ▸envs: {}\n")]
    [InlineData("STR1102", "jobs:\n  a:\n    steps: ▸make\n")]
    [InlineData("STR1102", "jobs: ▸[a]\n")]
    [InlineData("STR1102", "jobs:\n  ▸a:\n")]
    [InlineData("STR1102", "jobs:\n  a: { timeout-minutes: ▸soon, steps: [run: x] }")]
    [InlineData("STR1102", "jobs:\n  a: { continue-on-error: ▸maybe, steps: [run: x] }")]
    [InlineData("STR1102", "▸- jobs\n")]
    [InlineData("STR1103", "▸name: a\n")]
    [InlineData("STR1103", "jobs:\n  a:\n    ▸name: b\n")]
    [InlineData("STR1103", "images:\n  i:\n    ▸steps: []\n" + Job)]
    [InlineData("STR1104", "permissions: ▸read-al\n" + Job)]
    [InlineData("STR1104", "permissions: { contents: ▸admin }\n" + Job)]
    [InlineData("STR1104", Steps + "      - run: x\n        shell: ▸fish\n")]
    [InlineData("STR1104", "jobs:\n  a: { network: ▸host, steps: [run: x] }")]
    [InlineData("STR1105", "jobs:\n  ▸a b: { steps: [run: x] }")]
    [InlineData("STR1105", Steps + "      - id: ▸1st\n        run: x\n")]
    [InlineData("STR1105", "jobs:\n  a: { outputs: { ▸a.b: x }, steps: [run: x] }")]
    [InlineData("STR1106", "jobs:\n  a: { steps: [run: x] }\n  ▸A: { steps: [run: x] }")]
    [InlineData("STR1106", Steps + "      - { id: x, run: x }\n      - { id: ▸X, run: x }\n")]
    [InlineData("STR1107", Steps + "      - uses: ./x\n        ▸run: x\n")]
    [InlineData("STR1107", "caches:\n  c: { paths: x, key: k, restore-keys: a, ▸restoreKeys: a }\n" + Job)]
    [InlineData("STR1107", "jobs:\n  a: { uses: ./x.yml, ▸steps: [run: x] }")]
    [InlineData("STR1108", "on: ▸pul_request\n" + Job)]
    [InlineData("STR1108", "on: [push, ▸pull-request]\n" + Job)]
    [InlineData("STR1108", "on:\n  ▸pushed: {}\n" + Job)]
    [InlineData("STR1109", "on:\n  schedule:\n    - cron: ▸'* * * *'\n" + Job)]
    [InlineData("STR1109", "on:\n  schedule:\n    - cron: ▸'61 * * * *'\n" + Job)]
    [InlineData("STR1109", "on: ▸schedule\n" + Job)]
    [InlineData("STR1110", "jobs:\n  a: { timeout-minutes: ▸0, steps: [run: x] }")]
    [InlineData("STR1110", Steps + "      - { run: x, timeout-minutes: ▸99999999 }\n")]
    [InlineData("STR1110", "jobs:\n  a: { resources: { cpu: ▸0 }, steps: [run: x] }")]
    [InlineData("STR1110", "jobs:\n  a: { resources: { memory: ▸1MiB }, steps: [run: x] }")]
    [InlineData("STR1110", "jobs:\n  a: { resources: { pids: ▸0.5 }, steps: [run: x] }")]
    [InlineData("STR1110", "jobs:\n  a: { strategy: { max-parallel: ▸0 }, steps: [run: x] }")]
    [InlineData("STR1111", "env: { V: ▸3.10 }\n" + Job)]
    [InlineData("STR1112", "jobs: ▸{}\n")]
    [InlineData("STR1112", "jobs:\n  a: { steps: ▸[] }")]
    [InlineData("STR1112", Steps + "      - uses: ▸''\n")]
    [InlineData("STR1112", Steps + "      - ▸uses:\n")]
    [InlineData("STR1127", Steps + "      - ▸run: ''\n")]
    [InlineData("STR1127", Steps + "      - ▸run:\n")]
    [InlineData("STR1113", "env: { ▸'a b': 1 }\n" + Job)]
    [InlineData("STR1113", "env: { ▸'': 1 }\n" + Job)]
    [InlineData("STR1114", "caches:\n  c: { preset: npm, ttl: ▸soon }\n" + Job)]
    [InlineData("STR1115", "jobs:\n  a: { resources: { disk: ▸lots }, steps: [run: x] }")]
    [InlineData("STR1117", "on:\n  push: { branches: a, ▸branches-ignore: b }\n" + Job)]
    [InlineData("STR1118", "on:\n  push: { ▸branches: ['!a'] }\n" + Job)]
    [InlineData("STR1119", Steps + "      - uses: actions/checkout@v4\n        with: { ▸fetch-depth: 0 }\n")]
    [InlineData("STR1119", Steps + "      - uses: actions/checkout@v4\n        with: { ▸ref: \"${{ github.sha }}\" }\n")]
    [InlineData("STR1120", Steps + "      - uses: actions/upload-artifact@v4\n        with: { ▸paths: x, path: x }\n")]
    [InlineData("STR1121", Steps + "      - ▸name: x\n")]
    [InlineData("STR1122", Steps + "      - uses: ▸./../other\n")]
    [InlineData("STR1123", Steps + "      - uses: ▸actions/cache@v4\n        with: { path: x }\n")]
    [InlineData("STR1124", "on:\n  workflow_dispatch:\n    inputs:\n      a: { type: boolean, default: ▸perhaps }\n" + Job)]
    [InlineData("STR1124", "on:\n  workflow_dispatch:\n    inputs:\n      a: { type: choice, options: [x], default: ▸y }\n" + Job)]
    [InlineData("STR1103", "on:\n  workflow_dispatch:\n    inputs:\n      ▸a: { type: choice }\n" + Job)]
    [InlineData("STR1125", Steps + "      - { run: x, ▸with: { a: b } }\n")]
    [InlineData("STR1125", Steps + "      - { uses: ./x, ▸shell: bash }\n")]
    [InlineData("STR1125", "jobs:\n  a: { ▸secrets: inherit, steps: [run: x] }")]
    [InlineData("STR1126", Steps + "      - uses: ▸actions/checkout\n")]
    public void A_problem_of_the_structure_points_at_its_place(string code, string marked) => Marked.Find(code, marked);

    [Theory]
    [InlineData("STR1103", "runs:\n  using: composite\n  steps:\n    - ▸run: x\n")]
    [InlineData("STR1103", "runs:\n  ▸using: composite\n")]
    [InlineData("STR1103", "▸name: x\n")]
    [InlineData("STR1107", "runs:\n  using: composite\n  ▸main: x.js\n  steps: []\n")]
    [InlineData("STR1106", "inputs:\n  a: {}\n  ▸A: {}\nruns: { using: composite, steps: [] }\n")]
    [InlineData("STR1101", "runs:\n  using: composite\n  steps:\n    - { run: x, shell: sh, ▸timeout-minutes: 3 }\n")]
    [InlineData("STR1202", "runs:\n  using: composite\n  steps:\n    - { run: \"${{ ▸secrets.A }}\", shell: sh }\n")]
    [InlineData("STR1210", "runs:\n  using: composite\n  steps:\n    - { run: \"${{ ▸inputs.a }}\", shell: sh }\n")]
    [InlineData("STR1313", "runs:\n  using: ▸node20\n  main: x.js\n")]
    [InlineData("STR1313", "runs:\n  using: ▸docker\n  image: Dockerfile\n")]
    public void A_problem_of_an_action_points_at_its_place(string code, string marked) => Marked.Find(code, marked, action: true);

    [Theory]
    [InlineData(513, "jobs")]
    [InlineData(1001, "steps")]
    public void Too_many_of_a_kind_are_refused(int count, string kind)
    {
        var text = new StringBuilder(kind == "jobs" ? "jobs:\n" : Steps);
        for (var i = 0; i < count; i++)
        {
            text.Append(kind == "jobs" ? $"  j{i}: {{ steps: [run: x] }}\n" : "      - run: x\n");
        }

        Yaml.Codes(Yaml.Parse(text.ToString()).Diagnostics).ShouldContain($"STR1116 {count + (kind == "jobs" ? 1 : 3)}:{(kind == "jobs" ? 3 : 9)}");
    }

    [Fact]
    public void A_mistyped_key_is_answered_with_the_nearest() =>
        Marked.Find("STR1101", "jobs:\n  a: { ▸step: [run: x] }").Help.ShouldBe("Did you mean 'steps'?");

    [Fact]
    public void A_wrong_type_says_what_was_found_and_what_is_expected() =>
        Marked.Find("STR1102", "jobs:\n  a: { steps: [run: x], timeout-minutes: ▸[1] }").Message
            .ShouldBe("'timeout-minutes' must be a number or an expression; found a list.");

    [Fact]
    public void Problems_are_sorted_by_place_and_each_is_told_once()
    {
        var (_, diagnostics) = Yaml.Parse("jobs:\n  b: &j { stepz: [run: x] }\n  a: *j\nnmae: x\n");

        Yaml.Codes(diagnostics).ShouldBe(["STR1103 2:6", "STR1101 2:11", "STR1101 4:1"]);
    }

    [Fact]
    public void There_is_a_workflow_exactly_if_there_is_no_error()
    {
        var (workflow, diagnostics) = Yaml.Parse("env: { V: 1.10 }\n" + Job);

        diagnostics.ShouldHaveSingleItem().Severity.ShouldBe(Severity.Warning);
        workflow.ShouldNotBeNull();
        Yaml.Parse("nmae: 1\n" + Job).Workflow.ShouldBeNull();
    }
}
