using System.Text;
using Strata.Core.Diagnostics;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>STR13xx, 14xx, 21xx, 31xx and 41xx, each at its place.</summary>
public sealed class DeclarationDiagnosticTests
{
    private const string Job = "jobs:\n  a: { steps: [run: x] }\n";
    private const string Steps = "jobs:\n  a:\n    steps:\n";

    [Theory]
    [InlineData("STR1301", Steps + "      - uses: ▸some/action@v1\n")]
    [InlineData("STR1302", Steps + "      - uses: ▸actions/setup-node@v4\n")]
    [InlineData("STR1303", Steps + "      - uses: ▸docker://alpine:3\n")]
    [InlineData("STR1304", "jobs:\n  a: { uses: ▸./.github/workflows/x.yml }")]
    [InlineData("STR1305", "jobs:\n  a: { ▸services: { db: { image: postgres } }, steps: [run: x] }")]
    [InlineData("STR1306", "jobs:\n  a: { ▸environment: production, steps: [run: x] }")]
    [InlineData("STR1307", "jobs:\n  a: { ▸snapshot: mine, steps: [run: x] }")]
    [InlineData("STR1308", Steps + "      - { run: x, shell: ▸pwsh }\n")]
    [InlineData("STR1308", "defaults: { run: { shell: ▸cmd } }\n" + Job)]
    [InlineData("STR1309", "jobs:\n  a: { runs-on: ▸windows-latest, steps: [run: x] }")]
    [InlineData("STR1309", "jobs:\n  a: { runs-on: [self-hosted, ▸macOS], steps: [run: x] }")]
    [InlineData("STR1309", "jobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    strategy: { matrix: { include: [{ os: ▸macos-14 }] } }\n    steps: [run: x]")]
    [InlineData("STR1310", "on:\n  workflow_call:\n    ▸outputs: { x: { value: \"${{ jobs.a.outputs.x }}\" } }\n" + Job)]
    [InlineData("STR1311", "jobs:\n  a: { container: { image: debian, ▸options: --privileged }, steps: [run: x] }")]
    [InlineData("STR1312", Steps + "      - uses: actions/checkout@v4\n        with: { ▸repository: other/repo }\n")]
    [InlineData("STR1312", Steps + "      - uses: actions/checkout@v4\n        with: { ▸path: sub }\n")]
    [InlineData("STR1314", "jobs:\n  a: { runs-on: { ▸group: big }, steps: [run: x] }")]
    public void What_is_not_supported_is_a_warning_and_an_error_of_the_job(string code, string marked)
    {
        Marked.Find(code, marked).Severity.ShouldBe(Severity.Warning);
        var workflow = Yaml.Valid(marked.Replace("▸", "", StringComparison.Ordinal));
        if (code != "STR1310") // of the whole workflow, and no job is the worse for it
        {
            workflow.Jobs[0].Unsupported.ShouldContain(part => part.Diagnostic.Code == code && part.Diagnostic.Severity == Severity.Error);
        }
    }

    [Theory]
    [InlineData("STR1401", "jobs:\n  build: { steps: [run: x] }\n  b: { needs: [▸biuld], steps: [run: x] }")]
    [InlineData("STR1402", "jobs:\n  a: { needs: ▸a, steps: [run: x] }")]
    [InlineData("STR1403", "jobs:\n  a: { needs: ▸c, steps: [run: x] }\n  b: { needs: a, steps: [run: x] }\n  c: { needs: b, steps: [run: x] }")]
    [InlineData("STR1404", "jobs:\n  a: { steps: [run: x] }\n  b: { needs: [a, ▸a], steps: [run: x] }")]
    [InlineData("STR1102", "jobs:\n  a:\n    strategy: { matrix: { b: ▸3 } }\n    steps: [run: x]")]
    [InlineData("STR1405", "jobs:\n  a:\n    strategy: { ▸matrix: { os: [] } }\n    steps: [run: x]")]
    [InlineData("STR1405", "jobs:\n  a:\n    strategy: { ▸matrix: { os: [1], exclude: [{ so: 1 }] } }\n    steps: [run: x]")]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸/proc/self], key: k }\n" + Job)]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸/], key: k }\n" + Job)]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸.], key: k }\n" + Job)]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸../workspace/./], key: k }\n" + Job)]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸/var/../tmp/x], key: k }\n" + Job)]
    [InlineData("STR2101", "caches:\n  c: { paths: [▸/run/secrets], key: k }\n" + Job)]
    [InlineData("STR2102", "caches:\n  npm: { preset: npm }\njobs:\n  a: { caches: [▸nmp], steps: [run: x] }")]
    [InlineData("STR2103", "caches:\n  c: { paths: x, key: ▸'a,b' }\n" + Job)]
    [InlineData("STR2103", "caches:\n  c: { paths: x, key: k, restore-keys: [▸'a,'] }\n" + Job)]
    [InlineData("STR2103", "caches:\n  c: { paths: x, key: ▸\"a,${{ hashFiles('x') }}\" }\n" + Job)]
    [InlineData("STR2103", Steps + "      - uses: actions/cache@v4\n        with: { path: x, key: ▸'a,b' }\n")]
    [InlineData("STR2104", "caches:\n  c: { paths: x, key: ▸'' }\n" + Job)]
    [InlineData("STR2104", "caches:\n  c: { paths: x, ▸key: }\n" + Job)]
    [InlineData("STR2106", "caches:\n  c:\n    paths: x\n    key: ▸|\n      a\n" + Job)]
    [InlineData("STR2107", "caches:\n  c: { preset: ▸nmp }\n" + Job)]
    [InlineData("STR2108", "caches:\n  ▸c: { key: k }\n" + Job)]
    [InlineData("STR2109", "caches:\n  ▸c: { paths: x }\n" + Job)]
    [InlineData("STR2110", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [b], ▸key: k }\n")]
    [InlineData("STR2110", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [b], ▸restoreKeys: k }\n")]
    [InlineData("STR2111", Steps + "      - run: x ${{ ▸secrets.A }}\n        cache: { inputs: [a], outputs: [b] }\n")]
    [InlineData("STR2111", "jobs:\n  a:\n    env: { T: \"${{ secrets.T }}\" }\n    steps:\n      - { run: x, cache: { inputs: [a], outputs: [b], env: [▸T] } }\n")]
    [InlineData("STR2112", Steps + "      - run: x\n        cache: { ▸inputs: [], outputs: [b] }\n")]
    [InlineData("STR2113", "caches:\n  npm: { preset: npm }\njobs:\n  a: { caches: [npm, ▸npm], steps: [run: x] }")]
    [InlineData("STR2114", "caches:\n  ▸a/b: { preset: npm }\n" + Job)]
    [InlineData("STR2115", Steps + "      - run: x\n        cache: { inputs: [▸../a], outputs: [b] }\n")]
    [InlineData("STR2115", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [▸.] }\n")]
    [InlineData("STR2115", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [▸/etc] }\n")]
    [InlineData("STR2116", Steps + "      - uses: ./x\n        ▸cache: { inputs: [a], outputs: [b] }\n")]
    [InlineData("STR2119", Steps + "      - run: x\n        cache: { inputs: [▸a/../b/**], outputs: [b] }\n")]
    [InlineData("STR2117", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [b], env: [▸NODE_ENV] }\n")]
    [InlineData("STR2118", Steps + "      - run: x\n        cache: { inputs: [a], outputs: [b], caches: [▸npm] }\n")]
    [InlineData("STR3101", "images:\n  i: { from: ▸'debootstrap:' }\n" + Job)]
    [InlineData("STR3101", "images:\n  i: { from: ▸a b }\n" + Job)]
    [InlineData("STR3101", "jobs:\n  a: { image: ▸Debian, steps: [run: x] }")]
    [InlineData("STR3102", "images:\n  base: { from: debian }\n  i: { from: ▸images.bsae }\n" + Job)]
    [InlineData("STR3103", "images:\n  a: { from: ▸images.b }\n  b: { from: images.a }\n" + Job)]
    [InlineData("STR3103", "images:\n  a: { from: ▸images.a }\n" + Job)]
    [InlineData("STR3103", "images:\n  a: { from: ▸x:1, steps: [{ copy: { from-image: images.b, from: /x, to: /x } }] }\n  b: { from: images.a, steps: [{ run: x }] }\n" + Job)]
    [InlineData("STR3104", "images:\n  i: { from: debian, ▸packages: [git] }\n" + Job)]
    [InlineData("STR3105", "images:\n  i: { from: debian, steps: [▸{ run: x, user: y }] }\n" + Job)]
    [InlineData("STR3105", "images:\n  i: { from: debian, steps: [▸{}] }\n" + Job)]
    [InlineData("STR3106", "images:\n  i: { from: debian, steps: [copy: { from: a, to: /b, mode: ▸rwx }] }\n" + Job)]
    [InlineData("STR3107", "images:\n  ▸a/b: { from: debian }\n" + Job)]
    [InlineData("STR3108", "images:\n  i: { from: debian, steps: [{ user: x, ▸secrets: [A] }] }\n" + Job)]
    [InlineData("STR3109", "images:\n  i: { from: debootstrap:bookworm, packages: [▸Git] }\n" + Job)]
    [InlineData("STR3110", "images:\n  i: { from: debian, steps: [copy: { from: ▸/etc/passwd, to: /b }] }\n" + Job)]
    [InlineData("STR3111", "images:\n  node20: { from: debian }\njobs:\n  a: { image: ▸node2, steps: [run: x] }")]
    [InlineData("STR3111", "images:\n  a: { from: debian }\n  i: { from: ▸a }\n" + Job)]
    [InlineData("STR3112", "images:\n  i: { from: debian, workdir: ▸src }\n" + Job)]
    [InlineData("STR3113", "images:\n  i: { from: debian, steps: [{ run: x, secrets: [▸A-B] }] }\n" + Job)]
    [InlineData("STR4101", "jobs:\n  a: { artifacts: [{ name: ▸a/b, path: x }], steps: [run: x] }")]
    [InlineData("STR4101", Steps + "      - uses: actions/upload-artifact@v4\n        with: { name: ▸'a:b', path: x }\n")]
    [InlineData("STR4102", "jobs:\n  a: { artifacts: [{ name: d, path: x }], steps: [run: x] }\n  b: { artifacts: [{ name: ▸d, path: x }], steps: [run: x] }")]
    [InlineData("STR4103", "jobs:\n  a: { strategy: { matrix: { v: [1, 2] } }, artifacts: [{ name: ▸d, path: x }], steps: [run: x] }")]
    [InlineData("STR4104", "jobs:\n  a: { artifacts: [{ name: dist, path: x }], steps: [run: x] }\n  b: { artifacts-from: { ▸dits: x }, steps: [run: x] }")]
    [InlineData("STR4105", "jobs:\n  a: { artifacts: [{ name: d, path: x }], artifacts-from: { ▸d: y }, steps: [run: x] }")]
    [InlineData("STR4106", "jobs:\n  a: { artifacts: [{ name: d, path: ▸../x }], steps: [run: x] }")]
    public void A_problem_of_a_declaration_points_at_its_place(string code, string marked) => Marked.Find(code, marked);

    [Fact]
    public void A_long_cache_key_is_refused() =>
        Marked.Find("STR2105", $"caches:\n  c: {{ paths: x, key: ▸{new string('k', 513)} }}\n{Job}");

    [Fact]
    public void A_matrix_over_256_is_refused() =>
        Marked.Find("STR1405", $"jobs:\n  a:\n    strategy: {{ ▸matrix: {{ a: [{string.Join(',', Enumerable.Range(0, 257))}] }} }}\n    steps: [run: x]")
            .Message.ShouldContain("256");

    [Theory]
    [InlineData("images", "from: debian")]
    [InlineData("caches", "preset: npm")]
    public void Too_many_declarations_are_refused(string kind, string content)
    {
        var text = new StringBuilder(kind).Append(":\n");
        for (var i = 0; i < 257; i++)
        {
            text.Append($"  n{i}: {{ {content} }}\n");
        }

        Yaml.Codes(Yaml.Parse(text + Job).Diagnostics).ShouldBe(["STR1116 258:3"]);
    }

    [Fact]
    public void A_cycle_is_named_in_full() =>
        Marked.Find("STR1403", "jobs:\n  a: { needs: ▸b, steps: [run: x] }\n  b: { needs: a, steps: [run: x] }").Message
            .ShouldBe("These jobs need each other: a → b → a.");

    [Fact]
    public void A_setup_action_comes_with_a_block_to_paste_that_parses()
    {
        var help = Marked.Find("STR1302", Steps + "      - uses: ▸actions/setup-node@v4\n        with: { node-version: 20 }\n").Help!;
        var block = help[(help.IndexOf('\n', StringComparison.Ordinal) + 1)..];

        var workflow = Yaml.Valid($"{block}\n    steps: [run: node --version]\n");
        workflow.Images[0].Packages.Select(package => package.Value).ShouldContain("nodejs");
        block.ShouldContain("# from: node:20-bookworm");
        workflow.Jobs[0].Id.ShouldBe("a");
    }

    [Theory]
    [InlineData("actions/setup-python")]
    [InlineData("actions/setup-java")]
    [InlineData("actions/setup-go")]
    [InlineData("actions/setup-dotnet")]
    [InlineData("ruby/setup-ruby")]
    [InlineData("dtolnay/rust-toolchain")]
    [InlineData("shivammathur/setup-php")]
    [InlineData("pnpm/action-setup")]
    public void Every_block_to_paste_parses(string action)
    {
        var help = Marked.Find("STR1302", Steps + $"      - uses: ▸{action}@v4\n").Help!;
        Yaml.Valid($"{help[(help.IndexOf('\n', StringComparison.Ordinal) + 1)..]}\n    steps: [run: x]\n").Images.Count.ShouldBe(1);
    }

    [Fact]
    public void Artifacts_of_upload_steps_are_known_by_name() =>
        Yaml.Valid("""
            jobs:
              a:
                steps:
                  - { uses: actions/upload-artifact@v4, with: { name: dist, path: x } }
              b:
                artifacts-from: { dist: { path: y, optional: true, trust: fork } }
                steps: [run: x]
            """).Jobs[1].Needs.ShouldHaveSingleItem().Value.ShouldBe("a");

    [Fact]
    public void An_artifact_of_another_run_implies_no_need()
    {
        var job = Yaml.Valid("jobs:\n  b: { artifacts-from: { dist: { path: y, run: \"${{ inputs.run }}\" } }, steps: [run: x] }").Jobs[0];

        job.Needs.ShouldBeEmpty();
        job.ArtifactsFrom[0].Run.ShouldNotBeNull();
    }
}
