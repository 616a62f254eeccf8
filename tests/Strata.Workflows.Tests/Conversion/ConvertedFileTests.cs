using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>What <c>strata init --from</c> makes of GitHub workflows.</summary>
public sealed class ConvertedFileTests
{
    private const string Node = """
        # The build of everything
        name: CI
        on: push

        jobs:
          # the tests
          test:
            runs-on: ubuntu-latest # the newest
            steps:
              - uses: actions/checkout@v4
              - name: Node
                uses: actions/setup-node@v4
                with:
                  node-version: 20
                  cache: npm
              # from the lock file
              - run: npm ci   # install

        """;

    public static TheoryData<string> Names => [.. RealisticWorkflows.All.Keys];

    [Fact]
    public void Set_up_steps_become_an_image_and_all_else_stays_as_written() =>
        Convert(Node).Yaml.ShouldBe("""
            # The build of everything
            name: CI
            on: push

            images:
              node:
                from: debootstrap:bookworm
                packages: [build-essential, ca-certificates, curl, git, unzip, xz-utils, nodejs, npm]

            jobs:
              # the tests
              test:
                image: node # the newest
                steps:
                  - uses: actions/checkout@v4
                  # from the lock file
                  - run: npm ci   # install

            """);

    [Fact]
    public void Another_version_is_left_to_a_person_with_its_place()
    {
        var note = Convert(Node).ByHand.ShouldHaveSingleItem();

        note.Code.ShouldBe("STR1801");
        note.At!.Value.Line.ShouldBe(16); // where the step was
        note.Help!.ShouldContain("node:20-bookworm");
    }

    [Fact]
    public void A_runner_chosen_by_an_expression_is_left_to_a_person() =>
        Convert("jobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    strategy: { matrix: { os: [ubuntu-latest] } }\n    steps:\n      - run: x\n")
            .ByHand.ShouldHaveSingleItem().Code.ShouldBe("STR1803");

    [Fact]
    public void What_no_package_has_is_left_to_a_person() =>
        Convert("jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-dotnet@v4\n      - run: x\n")
            .ByHand.Select(note => note.Code).ShouldBe(["STR1802"]);

    [Fact]
    public void Jobs_with_the_same_tools_share_an_image()
    {
        const string Two = """
            jobs:
              a:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/setup-go@v5
                  - run: go build
              b:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/setup-go@v5
                  - run: go test
            """;

        Yaml.Valid(Convert(Two).Yaml).Images.ShouldHaveSingleItem().Name.ShouldBe("go");
    }

    [Fact]
    public void Other_actions_are_listed_with_their_places() =>
        Convert("jobs:\n  a:\n    container: debian\n    steps:\n      - uses: some/action@v1\n").ByHand.ShouldHaveSingleItem().Code.ShouldBe("STR1301");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_converted_workflow_still_parses_and_needs_no_set_up_action(string name)
    {
        var (yaml, byHand) = Convert(RealisticWorkflows.All[name]);

        byHand.Where(note => note.Severity == Severity.Error).ShouldBeEmpty(yaml);
        byHand.Select(note => note.Code).ShouldNotContain("STR1302");
        Yaml.Valid(yaml);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Converting_again_changes_nothing(string name)
    {
        var once = Convert(RealisticWorkflows.All[name]).Yaml;
        Convert(once).Yaml.ShouldBe(once);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jobs: [")]
    [InlineData("jobs: 1\n")]
    [InlineData("jobs:\n  a:\n    steps: [{ uses: actions/setup-node@v4 }]\n")]
    [InlineData("jobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: actions/setup-node@v4 }, { run: x }] } }")]
    [InlineData("jobs:\n  a:\n    runs-on:\n      ubuntu-latest\n    steps:\n    - uses: actions/setup-node@v4\n")]
    [InlineData("jobs:\r\n  a:\r\n    runs-on: 'ubuntu-latest'\r\n    steps:\r\n    - run: x\r\n")]
    public void Odd_files_are_answered(string text) => Convert(text).Yaml.ShouldNotBeNull();

    [Fact]
    public void The_starter_parses_without_a_word() => Yaml.Parse(StarterWorkflow.Text).Diagnostics.ShouldBeEmpty();

    private static (string Yaml, IReadOnlyList<Diagnostic> ByHand) Convert(string text) => WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text));
}
