using Strata.Core.Identity;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Names of artifacts: which there may be, which are made twice, and which are computed.</summary>
public sealed class ArtifactNameTests
{
    private const string Up = "uses: actions/upload-artifact@v4, with: { path: x, name:";

    [Theory]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }, { " + Up + " ▸d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }, { if: always(), " + Up + " ▸d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d, overwrite: true } }, { " + Up + " ▸d } }] }")]
    [InlineData("jobs:\n  a: { if: inputs.x, steps: [{ " + Up + " d } }, { " + Up + " ▸' d ' } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ uses: actions/upload-artifact@v4, with: { path: x } }, { uses: ▸actions/upload-artifact@v4, with: { path: x } }] }")]
    [InlineData("jobs:\n  a: { artifacts: [{ name: d, path: x }], steps: [{ " + Up + " ▸d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d, overwrite: true } }], artifacts: [{ name: ▸d, path: x }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }] }\n  b: { steps: [run: x], artifacts: [{ name: ▸d, path: x }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }] }\n  b: { needs: a, steps: [{ continue-on-error: false, " + Up + " ▸d } }] }")]
    public void A_name_that_is_certain_to_be_made_twice_is_an_error(string marked) => Marked.Find("STR4102", marked).Message.ShouldContain("is already declared at");

    [Theory]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }, { " + Up + " d, overwrite: true } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }, { " + Up + " d, overwrite: '${{ inputs.x }}' } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }, { continue-on-error: true, " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ if: success(), " + Up + " d } }, { if: failure(), " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ if: github.ref == 'a', " + Up + " d } }, { if: github.ref != 'a', " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { if: github.ref == 'a', steps: [{ " + Up + " d } }] }\n  b: { steps: [{ " + Up + " d } }] }")]
    [InlineData("jobs:\n  off: { if: github.ref == 'a', steps: [run: x] }\n  a: { needs: off, steps: [{ " + Up + " d } }] }\n  b: { steps: [{ " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: '${{ fromJSON(vars.M) }}' }, steps: [{ " + Up + " d } }] }\n  b: { steps: [{ " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " d } }], artifacts: [{ name: d, path: x, when: on-failure }] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: { v: [1, 2] } }, steps: [{ " + Up + " d, overwrite: true } }] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: { v: [1, 2] } }, steps: [{ if: matrix.v == 1, " + Up + " d } }] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: { v: [1, 2] } }, steps: [{ " + Up + " 'd-${{ matrix.v }}' } }] }")]
    [InlineData("jobs:\n  a: { strategy: { matrix: { v: [1] } }, steps: [{ " + Up + " d } }] }")]
    public void A_name_that_may_be_made_once_is_none(string yaml) => Yaml.Valid(yaml);

    [Fact]
    public void A_step_of_a_matrix_that_names_all_the_same_is_an_error() =>
        Marked.Find("STR4103", "jobs:\n  a: { if: inputs.x, strategy: { matrix: { v: [1, 2] } }, steps: [{ " + Up + " ▸d } }] }");

    [Theory]
    [InlineData("jobs:\n  a: { artifacts: [{ name: ▸.., path: x }], steps: [run: x] }")]
    [InlineData("jobs:\n  a: { steps: [{ " + Up + " ▸. } }] }")]
    [InlineData("jobs:\n  b: { artifacts-from: { ▸'a/b': { path: y, job: a } }, steps: [run: x] }\n  a: { steps: [run: x] }")]
    public void What_is_no_name_when_it_is_made_is_none_when_it_is_read(string marked) => Marked.Find("STR4101", marked);

    [Theory]
    [InlineData("d", true)]
    [InlineData("...", true)]
    [InlineData(" ", true)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a\0", false)]
    public void One_rule_says_what_a_name_is(string name, bool expected) => ArtifactNames.IsName(name).ShouldBe(expected);

    [Fact]
    public void A_job_may_compute_the_name_that_it_takes()
    {
        var workflow = Yaml.Valid("""
            jobs:
              build:
                strategy: { matrix: { v: [x, y] } }
                artifacts: [{ name: "v-${{ matrix.v }}", path: x }]
                steps: [run: x]
              said:
                strategy: { matrix: { v: [x, y] } }
                artifacts-from: { "v-${{ matrix.v }}": { path: y, job: build } }
                steps: [run: x]
              needed:
                needs: build
                artifacts-from: { "v-${{ vars.V }}": y }
                steps: [run: x]
            """);

        var said = workflow.Jobs[1];
        said.Needs.ShouldHaveSingleItem().Value.ShouldBe("build");
        said.ArtifactsFrom.ShouldHaveSingleItem().Name.Expressions.ShouldHaveSingleItem().Paths.ShouldBe(["matrix.v"]);
        workflow.Jobs[2].ArtifactsFrom.ShouldHaveSingleItem().Job.ShouldBe("build", "the only one it needs that makes any");
    }

    [Theory]
    [InlineData("STR4104", "jobs:\n  a: { artifacts: [{ name: d, path: x }], steps: [run: x] }\n  b: { artifacts-from: { ▸'${{ vars.N }}': y }, steps: [run: x] }")]
    [InlineData("STR1202", "jobs:\n  a: { artifacts: [{ name: d, path: x }], steps: [run: x] }\n  b: { artifacts-from: { 'd-${{ ▸steps.x.outputs.y }}': { path: y, job: a } }, steps: [run: x] }")]
    [InlineData("STR1209", "jobs:\n  a: { artifacts: [{ name: d, path: x }], steps: [run: x] }\n  b: { artifacts-from: { 'd-${{ ▸matrix.y }}': { path: y, job: a } }, steps: [run: x] }")]
    public void A_computed_name_is_checked_as_far_as_it_is_known(string code, string marked) => Marked.Find(code, marked);

    [Theory]
    [InlineData("STR1104", "if-no-files-found: ▸eror")]
    [InlineData("STR1110", "retention-days: ▸xx")]
    [InlineData("STR1110", "retention-days: ▸-1")]
    [InlineData("STR1110", "retention-days: ▸1.5")]
    [InlineData("STR1110", "retention-days: ▸3651")]
    public void An_input_of_the_upload_that_means_nothing_is_an_error(string code, string input) =>
        Marked.Find(code, "jobs:\n  a: { steps: [{ uses: actions/upload-artifact@v4, with: { path: x, " + input + " } }] }");

    [Theory]
    [InlineData("if-no-files-found: ignore, retention-days: 0")]
    [InlineData("if-no-files-found: '${{ inputs.x }}', retention-days: '${{ inputs.y }}'")]
    [InlineData("retention-days: 3650")]
    public void An_input_of_the_upload_may_be_computed_or_at_its_limit(string inputs) =>
        Yaml.Valid("jobs:\n  a: { steps: [{ uses: actions/upload-artifact@v4, with: { path: x, " + inputs + " } }] }");
}
