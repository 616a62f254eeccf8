using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Conversion;

public sealed class WorkflowConversionTests
{
    [Fact]
    public void The_starter_is_a_workflow_without_a_diagnostic() =>
        WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(StarterWorkflow.Text)).Diagnostics.ShouldBeEmpty();

    [Fact]
    public void Set_up_steps_become_an_image_and_everything_else_stays()
    {
        var (yaml, byHand) = Convert("""
            name: CI
            # what we test
            on: [push]
            jobs:
              test:
                runs-on: ubuntu-latest # any
                steps:
                  - uses: actions/checkout@v4
                  # node first
                  - uses: actions/setup-node@v4
                    with:
                      cache: npm

                  - run: npm ci
            """);

        yaml.ShouldBe("""
            name: CI
            # what we test
            on: [push]
            images:
              node:
                from: debootstrap:bookworm
                packages: [build-essential, ca-certificates, curl, git, unzip, xz-utils, nodejs, npm]

            jobs:
              test:
                image: node # any
                steps:
                  - uses: actions/checkout@v4
                  # node first

                  - run: npm ci
            """);
        byHand.ShouldBeEmpty();
    }

    [Fact]
    public void Jobs_with_the_same_tools_share_an_image()
    {
        var (yaml, _) = Convert("""
            jobs:
              a: { runs-on: ubuntu-latest, steps: [{ run: x }] }
              b:
                runs-on: ubuntu-22.04
                steps: [{ run: x }]
            """);

        yaml.Split("from: debootstrap").Length.ShouldBe(2);
        yaml.ShouldContain("a: { image: build, steps");
    }

    [Fact]
    public void What_needs_a_hand_is_named_at_its_new_place()
    {
        var (yaml, byHand) = Convert("""
            jobs:
              a:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/setup-python@v5
                    with: { python-version: "3.12" }
                  - uses: codecov/codecov-action@v3
            """);

        byHand.Select(d => d.Code).ShouldBe(["STR1801", "STR1301"], ignoreOrder: true);
        var action = byHand.First(d => d.Code == "STR1301");
        yaml.Split('\n')[action.At!.Value.Line - 1].ShouldContain("codecov");
        byHand.ShouldAllBe(d => d.Severity == Severity.Warning);
    }

    [Fact]
    public void A_file_that_is_no_workflow_is_left_alone_and_explained()
    {
        var (yaml, problems) = Convert("jobs: [");
        yaml.ShouldBe("jobs: [");
        problems.ShouldNotBeEmpty();
    }

    private static (string Yaml, IReadOnlyList<Diagnostic> ByHand) Convert(string yaml) =>
        WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(yaml));
}
