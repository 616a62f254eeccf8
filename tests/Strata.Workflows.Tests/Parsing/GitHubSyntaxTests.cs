using Strata.Core.Diagnostics;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>What GitHub's published workflow syntax (workflow-v1.0) allows and refuses, where it is easy to differ.</summary>
public sealed class GitHubSyntaxTests
{
    private const string Job = "jobs:\n  a: { steps: [run: x] }\n";
    private const string Steps = "jobs:\n  a:\n    steps:\n";

    [Theory]
    [InlineData("jobs:\n  a: { needs: [], steps: [run: x] }")]
    [InlineData("jobs:\n  a: { name: , if: , steps: [run: x] }")]
    [InlineData("jobs:\n  a: { container: '', steps: [run: x] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: { a: [1], include: [], exclude: [] } }, steps: [run: x] }")]
    [InlineData("jobs:\n  a: { concurrency: { group: g, queue: max }, steps: [run: x] }")]
    [InlineData("jobs:\n  a: { if: success('b') || failure(), needs: b, steps: [run: x] }\n  b: { steps: [run: x] }")]
    [InlineData("on: []\n" + Job)]
    [InlineData("on: {}\n" + Job)]
    [InlineData("on: pull_request_comment\n" + Job)]
    [InlineData("on: { push: , fork: , create: {}, public: }\n" + Job)]
    [InlineData("on: { push: { branches: [], tags: v1, paths-ignore: [docs/**] } }\n" + Job)]
    [InlineData("on: { merge_group: { types: [checks_requested], branches: [main] } }\n" + Job)]
    [InlineData("on: { image_version: { types: ready, names: ['a*'], versions: ['1.*'] } }\n" + Job)]
    [InlineData("on: { issues: { types: [] }, release: { types: published }, repository_dispatch: { types: [made-up] } }\n" + Job)]
    [InlineData("on: { schedule: [{ cron: '0 4 * * *', timezone: Europe/Berlin }] }\n" + Job)]
    [InlineData("on: { workflow_dispatch: { inputs: { a: { type: string, options: [] } } } }\n" + Job)]
    [InlineData("permissions: { vulnerability-alerts: read, copilot-requests: write, id-token: none, models: none }\n" + Job)]
    [InlineData("permissions: {}\n" + Job)]
    [InlineData(Steps + "      - { run: x, working-directory: '' }\n")]
    public void What_GitHub_allows_is_accepted_without_a_word(string text) => Yaml.Codes(Yaml.Parse(text).Diagnostics).ShouldBeEmpty(text);

    [Theory]
    [InlineData("STR1109", "on: [push, ▸schedule]\n" + Job)]
    [InlineData("STR1119", "jobs:\n  a: { ▸cancel-timeout-minutes: 5, steps: [run: x] }")]
    [InlineData("STR1311", "jobs:\n  a: { container: { image: x, ▸credentials: { username: a } }, steps: [run: x] }")]
    [InlineData("STR1305", "jobs:\n  a: { ▸services: { db: { image: x, credentials: { password: \"${{ secrets.A }}\" }, command: a }, cache: redis }, steps: [run: x] }")]
    [InlineData("STR1307", "jobs:\n  a: { ▸snapshot: { image-name: a, if: \"${{ matrix.os == 'a' }}\" }, steps: [run: x] }")]
    [InlineData("STR1315", Steps + "      - { run: x, ▸background: true }\n")]
    [InlineData("STR1315", Steps + "      - { ▸wait: [a, b] }\n")]
    [InlineData("STR1315", Steps + "      - { ▸wait-all: }\n")]
    [InlineData("STR1315", Steps + "      - { name: stop, ▸cancel: a }\n")]
    [InlineData("STR1316", "env: ▸${{ fromJSON(vars.ENV) }}\n" + Job)]
    [InlineData("STR1316", "jobs:\n  a: { env: \u25B8\"${{ fromJSON(vars.ENV) }}\", steps: [run: x] }")]
    [InlineData("STR1316", "jobs:\n  a: { strategy: ▸\"${{ fromJSON(vars.S) }}\", steps: [run: x] }")]
    [InlineData("STR1316", "jobs:\n  a: { defaults: { run: ▸\"${{ fromJSON(vars.S) }}\" }, steps: [run: x] }")]
    [InlineData("STR1316", "jobs:\n  a: { container: { image: x, env: ▸\"${{ fromJSON(vars.S) }}\" }, steps: [run: x] }")]
    [InlineData("STR1316", Steps + "      - { run: x, env: ▸\"${{ fromJSON(vars.S) }}\" }\n")]
    [InlineData("STR1316", Steps + "      - { uses: ./x, with: ▸\"${{ fromJSON(vars.S) }}\" }\n")]
    public void What_GitHub_allows_and_Strata_does_not_do_is_a_warning(string code, string marked)
    {
        var found = Marked.Find(code, marked);

        found.Severity.ShouldBe(Severity.Warning);
        found.Help.ShouldNotBeNull();
        var workflow = Yaml.Valid(marked.Replace("▸", "", StringComparison.Ordinal));
        workflow.Jobs[0].Unsupported.Count.ShouldBe(code.StartsWith("STR13", StringComparison.Ordinal) ? 1 : 0, "what changes the result is refused by a run");
    }

    [Theory]
    [InlineData("STR1101", "on: { create: { ▸types: [x] } }\n" + Job)]
    [InlineData("STR1101", "jobs:\n  a: { services: { db: { ▸imag: x } }, steps: [run: x] }")]
    [InlineData("STR1102", "jobs:\n  a: { services: { db: { image: x, ports: ▸5432 } }, steps: [run: x] }")]
    [InlineData("STR1202", "jobs:\n  a: { services: { db: { image: \"${{ ▸secrets.A }}\" } }, steps: [run: x] }")]
    [InlineData("STR1101", "on: { merge_group: { ▸paths: [x] } }\n" + Job)]
    [InlineData("STR1101", "on: { pull_request: { ▸tags: [x] } }\n" + Job)]
    [InlineData("STR1102", "▸env:\n" + Job)]
    [InlineData("STR1102", Steps + "      - { uses: ./x, ▸with: }\n")]
    [InlineData("STR1102", "jobs:\n  a: { strategy: { matrix: { os: ▸linux } }, steps: [run: x] }")]
    [InlineData("STR1104", "on: { issues: { types: [opened, ▸open] } }\n" + Job)]
    [InlineData("STR1104", "on: { pull_request: { types: ▸synchronise } }\n" + Job)]
    [InlineData("STR1104", "permissions: { id-token: ▸read }\n" + Job)]
    [InlineData("STR1104", "permissions: { models: ▸write }\n" + Job)]
    [InlineData("STR1104", "concurrency: { group: g, queue: ▸all }\n" + Job)]
    [InlineData("STR1105", "jobs:\n  ▸__a: { steps: [run: x] }")]
    [InlineData("STR1105", Steps + "      - { id: ▸__a, run: x }\n")]
    [InlineData("STR1107", "jobs:\n  a: { uses: ./x.yml, ▸runs-on: x }")]
    [InlineData("STR1107", "jobs:\n  a: { uses: ./x.yml, ▸env: { A: b } }")]
    [InlineData("STR1107", Steps + "      - { ▸wait: a, run: x }\n")]
    [InlineData("STR1202", "jobs:\n  a: { snapshot: { image-name: a, if: ▸always() }, steps: [run: x] }")]
    [InlineData("STR1202", "jobs:\n  a: { env: { A: \"${{ ▸env.B }}\" }, steps: [run: x] }")]
    [InlineData("STR1202", "jobs:\n  a: { env: \"${{ ▸steps }}\", steps: [run: x] }")]
    [InlineData("STR1202", Steps + "      - { run: x, if: ▸success('a') }\n")]
    [InlineData("STR1204", Steps + "      - { run: x, shell: \"▸${{ matrix.shell }}\" }\n")]
    [InlineData("STR1103", "on: { workflow_dispatch: { inputs: { ▸a: { type: choice, options: [] } } } }\n" + Job)]
    public void What_GitHub_refuses_is_an_error_at_its_place(string code, string marked) =>
        Marked.Find(code, marked).Severity.ShouldBe(Severity.Error);
}
