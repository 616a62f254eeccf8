using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Model;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>Every way to write a workflow survives its conversion.</summary>
public sealed class ConvertedStyleTests
{
    private const string Packages = "packages: [build-essential, ca-certificates, curl, git, unzip, xz-utils, nodejs, npm]";

    [Fact]
    public void A_file_in_flow_style_stays_in_flow_style() =>
        Convert("{on: push, jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/setup-node@v4}, {run: npm ci}]}}} # all\n").ShouldBe(
            $"{{on: push, images: {{node: {{from: 'debootstrap:bookworm', {Packages}}}}}, jobs: {{a: {{image: node, steps: [{{run: npm ci}}]}}}}}} # all\n");

    [Fact]
    public void Jobs_in_flow_style_within_a_block_are_converted() =>
        Convert("jobs:\n  a: {steps: [run: a, uses: actions/setup-node@v4], \"runs-on\" : [ubuntu-latest]}\n").ShouldBe(
            $"images:\n  node:\n    from: debootstrap:bookworm\n    {Packages}\n\njobs:\n  a: {{steps: [run: a], image: node}}\n");

    [Fact]
    public void Carriage_returns_are_kept_and_written()
    {
        var yaml = Convert("on: push\r\njobs:\r\n  a:\r\n    runs-on: ubuntu-latest\r\n    steps:\r\n      - uses: actions/setup-node@v4\r\n        with:\r\n          cache: npm\r\n      - run: |\r\n          a\r\n          b\r\n");

        yaml.ShouldBe($"on: push\r\nimages:\r\n  node:\r\n    from: debootstrap:bookworm\r\n    {Packages}\r\n\r\njobs:\r\n  a:\r\n    image: node\r\n    steps:\r\n      - run: |\r\n          a\r\n          b\r\n");
    }

    [Fact]
    public void Comments_between_items_of_a_flow_list_stay() =>
        Convert("""
            jobs:
              a:
                runs-on: ubuntu-latest # here
                steps: [
                  # first
                  {uses: actions/setup-node@v4} # node
                  , # and
                  {run: npm ci}, # last
                ]
            """).ShouldEndWith("""
            jobs:
              a:
                image: node # here
                steps: [
                  # first
                   # node
                   # and
                  {run: npm ci}, # last
                ]
            """);

    [Theory]
    [InlineData("jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/setup-node@v4\n      with: {node-version: 20}\n    - run: |\n        if true; then\n        \techo \"\ttab\"\n        fi\n")]
    [InlineData("jobs:\n  a:\n    runs-on: ubuntu-latest\n    name: Prüfung 😀 日本\n    steps:\n      - run: echo 😀\n      - {name: 😀, uses: actions/setup-node@v4}\n      - run: echo ä\n")]
    [InlineData("jobs:\n  a: &job\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n  b: *job\n")]
    [InlineData("jobs:\n  a:\n    runs-on: &os ubuntu-latest\n    env: { OS: *os }\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("jobs:\n  a:\n    runs-on: &os ubuntu-latest\n    steps: &steps\n      - uses: actions/setup-node@v4\n      - run: x\n  b:\n    runs-on: *os\n    steps: *steps\n")]
    [InlineData("jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - &node\n        uses: actions/setup-node@v4\n      - &run\n        run: x\n  b:\n    runs-on: ubuntu-latest\n    steps: [*node, *run]\n")]
    [InlineData("jobs:\n  a:\n    runs-on:\n      - ubuntu-latest # the newest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("jobs:\n  a:\n    runs-on:\n      ubuntu-latest\n    steps:\n      -\n        uses: actions/setup-node@v4\n      -   run: x\n")]
    [InlineData("jobs:\n  a:\n    runs-on: [self-hosted, linux]\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("jobs:\n  a:\n    runs-on: { group: big, labels: ubuntu-latest }\n    steps: [{ uses: actions/setup-node@v4 }, { run: x }]\n")]
    [InlineData("jobs:\n  a:\n    steps:\n      - uses: actions/setup-node@v4\n      - run: >-\n          x\n\n\n    runs-on: 'ubuntu-latest'")]
    [InlineData("---\njobs: {\n  a: {\n    runs-on: ubuntu-latest,\n    steps: [\n      { uses: 'actions/setup-node@v4' , with: { node-version: 20 } },\n      { run: 'x' }\n    ]\n  }\n}\n...\n")]
    [InlineData("\uFEFFjobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("  jobs:\n    a:\n      runs-on: ubuntu-latest\n      steps:\n      - run: x\n      - uses: actions/setup-node@v4\n")]
    [InlineData("images:\n  node: { from: 'debootstrap:sid' }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("images: { node: { from: 'debootstrap:sid' } }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    [InlineData("jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/setup-go@v5}, run: x, uses: actions/setup-node@v4, {uses: actions/setup-java@v4}]}}")]
    [InlineData("jobs: {a: {runs-on: ubuntu-latest, steps: [run: x, uses: actions/setup-node@v4, # c\n {uses: actions/setup-java@v4} ,\n]}}")]
    [InlineData("jobs:\n  a:\n    strategy: { matrix: { os: [ubuntu-22.04, ubuntu-24.04] } }\n    runs-on: ${{ matrix.os }}\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n")]
    public void The_tools_are_in_the_image_and_all_else_is_as_it_was(string text)
    {
        var yaml = Convert(text);

        JobSummary.Of(yaml).ShouldBe(JobSummary.Of(text));
        yaml.ShouldNotContain("setup-node");
        var workflow = Yaml.Valid(yaml);
        foreach (var job in workflow.Jobs)
        {
            var name = job.Image.ShouldBeOfType<ImageChoice.Named>().Reference.Text;
            workflow.Images.Single(image => image.Name == name).Packages.Select(package => package.Value).ShouldContain("nodejs");
        }
    }

    [Theory]
    [InlineData("jobs:\n  a:\n    runs-on: windows-latest\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n", "STR1309")]
    [InlineData("jobs:\n  a:\n    runs-on: ubuntu-latest\n    container: debian\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n", "STR1302")]
    [InlineData("jobs:\n  a:\n    image: mine\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\nimages: { mine: { from: 'debootstrap:sid' } }\n", "STR1302")]
    [InlineData("jobs:\n  a:\n    uses: ./.github/workflows/other.yml\n", "STR1304")]
    public void What_cannot_move_stays_and_is_listed(string text, string code)
    {
        var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text));

        yaml.ShouldBe(text);
        byHand.Select(note => note.Code).ShouldContain(code);
    }

    [Fact]
    public void An_anchor_in_a_step_that_would_go_keeps_its_job_as_it_was_and_no_other()
    {
        const string Text = """
            jobs:
              a:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/setup-node@v4
                    env: &env { A: b }
                  - run: x
                    env: *env
              b:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/setup-go@v5
                  - run: y
            """;

        var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(Text));

        JobSummary.Of(yaml).ShouldBe(JobSummary.Of(Text));
        Yaml.Valid(yaml).Images.ShouldHaveSingleItem().Name.ShouldBe("go");
        yaml.ShouldContain("uses: actions/setup-node@v4\n        env: &env");
        var left = byHand.Single(note => note.Code == "STR1805");
        yaml.Split('\n')[left.At!.Value.Line - 1].ShouldBe("  a:");
    }

    [Fact]
    public void A_job_that_only_sets_up_keeps_its_steps() =>
        Convert("jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n").ShouldEndWith("    image: node\n    steps:\n      - uses: actions/setup-node@v4\n");

    [Fact]
    public void A_file_with_errors_of_its_own_gets_no_new_ones()
    {
        const string Text = "jobs:\n  a:\n    runs-on: ubuntu-latest\n    stepz: []\n    steps:\n      - uses: actions/setup-node@v4\n      - run: x\n";

        var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(Text));

        yaml.ShouldContain("image: node");
        byHand.Where(note => note.Severity == Severity.Error).ShouldHaveSingleItem().Code.ShouldBe("STR1101");
    }

    [Theory]
    [InlineData("actions/setup-node@v4", "node-version: 20", "STR1801", "20")]
    [InlineData("actions/setup-node@v4", "node-version-file: .nvmrc", "STR1801", ".nvmrc")]
    [InlineData("actions/setup-node@v4", "node-version: \"${{ vars.NODE }}\"", "STR1801", "expression")]
    [InlineData("actions/setup-python@v5", "python-version: '3.12'", "STR1801", "3.12")]
    [InlineData("actions/setup-python@v5", "python-version-file: pyproject.toml", "STR1801", "pyproject.toml")]
    [InlineData("actions/setup-java@v4", "java-version: '21', distribution: temurin", "STR1801", "21")]
    [InlineData("actions/setup-go@v5", "go-version-file: go.mod", "STR1801", "go.mod")]
    [InlineData("actions/setup-dotnet@v4", "dotnet-version: \"8.0.x\\n9.0.x\"", "STR1801", "8.0.x, 9.0.x")]
    [InlineData("actions/setup-dotnet@v4", "global-json-file: global.json", "STR1801", "global.json")]
    [InlineData("dtolnay/rust-toolchain@1.75", "", "STR1801", "1.75")]
    [InlineData("dtolnay/rust-toolchain@stable", "components: clippy", "STR1804", "components")]
    [InlineData("actions/setup-node@v4", "registry-url: 'https://registry.example.org', scope: '@me'", "STR1804", "registry-url, scope")]
    public void What_a_removed_step_asked_for_is_on_the_list(string action, string inputs, string code, string named)
    {
        var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(
            $"jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: {action}\n        with: {{ {inputs} }}\n      - run: x\n"));

        yaml.ShouldNotContain("uses:");
        byHand.Single(note => note.Code == code).Message.ShouldContain(named);
    }

    [Fact]
    public void Many_jobs_that_cannot_be_converted_cost_a_bounded_number_of_tries()
    {
        var text = new StringBuilder("jobs:\n");
        for (var i = 0; i < 500; i++)
        {
            text.Append($"  j{i}:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-node@v4\n        env: &e{i} {{ A: b }}\n      - run: x\n        env: *e{i}\n");
        }

        var (yaml, _) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text.ToString()));
        yaml.ShouldBe(text.ToString());
    }

    private static string Convert(string text) => WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text)).Yaml;
}
