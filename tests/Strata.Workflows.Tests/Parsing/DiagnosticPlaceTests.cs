using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Each mistake has its code at its place: "code@line:column …", all of a file at once.</summary>
public sealed class DiagnosticPlaceTests
{
    [Theory]
    [InlineData("a: [\n", "STR1005@2:1")]
    [InlineData("a: 1\na: 2\n", "STR1101@1:1 STR1103@1:1 STR1012@2:1")]
    [InlineData("x: &a 1\ny: *b\n", "STR1016@2:4")]
    [InlineData("<<: {a: 1}\njobs: {}\n", "STR1013@1:1 STR1112@2:7")]
    [InlineData("--- \na: 1\n---\nb: 2\n", "STR1101@2:1 STR1103@2:1 STR1015@3:1")]
    [InlineData("name: !!str x\njobs: {a: {steps: [{run: x}]}}\n", "STR1014@1:7")]
    [InlineData("name: x\n", "STR1103@1:1")]
    [InlineData("jobs: {}\n", "STR1112@1:7")]
    [InlineData("jobs: []\n", "STR1102@1:7")]
    [InlineData("jobs:\n  1a:\n    steps: [{run: x}]\n", "STR1105@2:3")]
    [InlineData("jobs:\n  a: {steps: [{run: x}]}\n  A: {steps: [{run: x}]}\n", "STR1106@3:3")]
    [InlineData("jobs:\n  a:\n    steps:\n      - rnu: x\n", "STR1101@4:9 STR1121@4:9")]
    [InlineData("jobs:\n  a:\n    steps:\n      - name: x\n", "STR1121@4:9")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: x\n        uses: ./y\n", "STR1107@4:9")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: x\n        id: 1x\n", "STR1105@5:13")]
    [InlineData("jobs:\n  a:\n    steps:\n      - {id: s, run: x}\n      - {id: S, run: y}\n", "STR1106@5:14")]
    [InlineData("jobs:\n  a:\n    needs: b\n    steps: [{run: x}]\n", "STR1401@3:12")]
    [InlineData("jobs:\n  a: {needs: b, steps: [{run: x}]}\n  b: {needs: a, steps: [{run: x}]}\n", "STR1403@2:14")]
    [InlineData("jobs:\n  a: {needs: a, steps: [{run: x}]}\n", "STR1402@2:14")]
    [InlineData("jobs:\n  build: {steps: [{run: x}]}\n  a: {needs: biuld, steps: [{run: x}]}\n", "STR1401@3:14")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: echo ${{ foo }}\n", "STR1201@4:23")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: echo ${{ github.ref\n", "STR1201@4:19")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: |\n          one\n          echo ${{ 1 + 1 }}\n", "STR1201@6:22")]
    [InlineData("jobs:\n  a:\n    steps:\n      - if: ${{ secrets.X }}\n        run: x\n", "STR1202@4:17")]
    [InlineData("jobs:\n  a:\n    steps:\n      - if: x ${{ true }}\n        run: x\n", "STR1203@4:13")]
    [InlineData("jobs:\n  a:\n    if: hashFiles('x')\n    steps: [{run: x}]\n", "STR1202@3:9")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: echo ${{ steps.nope.outputs.x }}\n", "STR1205@4:23")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: echo ${{ needs.b.result }}\n", "STR1207@4:23")]
    [InlineData("jobs:\n  a:\n    strategy: {matrix: {v: []}}\n    steps: [{run: x}]\n", "STR1405@3:16")]
    [InlineData("jobs:\n  a:\n    strategy: {matrix: {v: [1], exclude: [{w: 1}]}}\n    steps: [{run: x}]\n", "STR1405@3:16")]
    [InlineData("on: psuh\njobs: {a: {steps: [{run: x}]}}\n", "STR1108@1:5")]
    [InlineData("on:\n  schedule: [{cron: '61 * * * *'}]\njobs: {a: {steps: [{run: x}]}}\n", "STR1109@2:21")]
    [InlineData("on:\n  push: {branches: [a], branches-ignore: [b]}\njobs: {a: {steps: [{run: x}]}}\n", "STR1117@2:25")]
    [InlineData("jobs:\n  a:\n    timeout-minutes: -1\n    steps: [{run: x}]\n", "STR1110@3:22")]
    [InlineData("jobs:\n  a:\n    resources: {memory: lots}\n    steps: [{run: x}]\n", "STR1115@3:25")]
    [InlineData("jobs:\n  a:\n    network: bridge\n    steps: [{run: x}]\n", "STR1104@3:14")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: actions/setup-node@v4\n", "STR1302@4:15")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: docker://alpine\n", "STR1303@4:15")]
    [InlineData("jobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@main\n", "STR1304@3:11")]
    [InlineData("jobs:\n  a:\n    services: {db: {image: x}}\n    steps: [{run: x}]\n", "STR1305@3:5")]
    [InlineData("jobs:\n  a:\n    environment: prod\n    steps: [{run: x}]\n", "STR1306@3:5")]
    [InlineData("jobs:\n  a:\n    runs-on: windows-latest\n    steps: [{run: x}]\n", "STR1309@3:14")]
    [InlineData("jobs:\n  a:\n    steps:\n      - {run: x, shell: pwsh}\n", "STR1308@4:25")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n", "STR1119@5:16")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {repository: other/repo}\n", "STR1312@5:16")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: ../up\n", "STR1122@4:15")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: nonsense\n", "STR1126@4:15 STR1301@4:15")]
    [InlineData("caches:\n  c: {paths: [/], key: k}\njobs: {a: {steps: [{run: x}]}}\n", "STR2101@2:15")]
    [InlineData("caches:\n  c: {paths: [~/x], key: 'a,b'}\njobs: {a: {steps: [{run: x}]}}\n", "STR2103@2:26")]
    [InlineData("caches:\n  c: {preset: nmp}\njobs: {a: {steps: [{run: x}]}}\n", "STR2107@2:15")]
    [InlineData("jobs:\n  a:\n    caches: [none]\n    steps: [{run: x}]\n", "STR2102@3:14")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: x\n        cache: {inputs: [a], outputs: [b], key: k}\n", "STR2110@5:44")]
    [InlineData("jobs:\n  a:\n    steps:\n      - run: echo ${{ secrets.X }}\n        cache: {inputs: [a], outputs: [b]}\n", "STR2111@4:23")]
    [InlineData("images:\n  i: {packages: [x]}\njobs: {a: {steps: [{run: x}]}}\n", "STR1103@2:6 STR3109@2:18")]
    [InlineData("images:\n  i: {from: images.j}\n  j: {from: images.i}\njobs: {a: {steps: [{run: x}]}}\n", "STR3103@2:13")]
    [InlineData("images:\n  i: {from: 'debootstrap:BAD SUITE'}\njobs: {a: {steps: [{run: x}]}}\n", "STR3101@2:13")]
    [InlineData("jobs:\n  a:\n    artifacts: [{name: d, path: x}, {name: d, path: y}]\n    steps: [{run: x}]\n", "STR4102@3:44")]
    [InlineData("jobs:\n  a:\n    artifacts-from: {d: x}\n    steps: [{run: x}]\n", "STR4104@3:22")]
    [InlineData("jobs:\n  a:\n    env: {'A=B': 1}\n    steps: [{run: x}]\n", "STR1113@3:11")]
    [InlineData("permissions: {contents: execute}\njobs: {a: {steps: [{run: x}]}}\n", "STR1104@1:25")]
    public void Mistakes_are_found_where_they_are(string yaml, string expected)
    {
        var (workflow, diagnostics) = WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(yaml));

        string.Join(' ', diagnostics.Select(d => $"{d.Code}@{d.At!.Value.Line}:{d.At.Value.Column}")).ShouldBe(expected);
        (workflow is null).ShouldBe(diagnostics.Any(d => d.Severity == Severity.Error));
    }

    [Theory]
    [InlineData("jobs: {a: {steps: [{rnu: x}]}}", "Did you mean 'run'?")]
    [InlineData("jobs: {a: {stpes: [{run: x}], steps: [{run: x}]}}", "Did you mean 'steps'?")]
    [InlineData("on: psuh\njobs: {a: {steps: [{run: x}]}}", "Did you mean 'push'?")]
    [InlineData("jobs: {a: {steps: [{run: 'echo ${{ githb.ref }}'}]}}", "github")]
    public void A_slip_gets_a_suggestion(string yaml, string help) =>
        WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(yaml)).Diagnostics.ShouldContain(d => (d.Help ?? d.Message).Contains(help));
}
