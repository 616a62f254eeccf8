using Strata.Workflows.Model;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Valid workflows: what of the text arrives in the model.</summary>
public sealed class ModelTests
{
    private const string Design = """
        name: CI
        env: { NODE_ENV: production }
        images:
          node20:
            from: debian:bookworm
            env: { DEBIAN_FRONTEND: noninteractive }
            steps:
              - run: apt-get update && apt-get install -y --no-install-recommends nodejs npm git
              - copy: { from: tools/, to: /opt/tools, mode: "0755" }
              - run: npm install -g pnpm@$PNPM
                args: { PNPM: "9" }
                secrets: [NPM_TOKEN]
        caches:
          npm: { preset: npm }
          models:
            paths: [~/models]
            key: models-${{ hashFiles('models.lock') }}
            restore-keys: [models-]
            vary: [platform]
            ttl: 7d
        jobs:
          build:
            image: node20
            caches: [npm]
            steps:
              - run: npm ci
              - name: compile
                run: npm run build
                cache:
                  inputs: [src/**, package.json, package-lock.json, tsconfig.json, node_modules/**]
                  outputs: [dist/]
                  env: [NODE_ENV]
            artifacts:
              - { name: dist, path: dist/, retention: 7d }
          test:
            image: node20
            artifacts-from: { dist: dist/ }
            steps: [{ run: node dist/main.js }]
        """;

    [Fact]
    public void The_example_of_the_design_parses_without_a_word()
    {
        var (workflow, diagnostics) = Yaml.Parse(Design);

        diagnostics.ShouldBeEmpty();
        workflow!.Jobs.Select(job => job.Id).ShouldBe(["build", "test"]);
    }

    [Fact]
    public void Images_keep_their_steps_in_order()
    {
        var image = Yaml.Valid(Design).Images.ShouldHaveSingleItem();

        image.From.Value.ShouldBe(new BaseReference.Oci("debian:bookworm"));
        image.Steps.Select(step => step.GetType().Name).ShouldBe(["Run", "Copy", "Run"]);
        var last = image.Steps[2].ShouldBeOfType<ImageStep.Run>();
        last.Args.ShouldHaveSingleItem().Value.Value.ShouldBe("9");
        last.Secrets.ShouldHaveSingleItem().Value.ShouldBe("NPM_TOKEN");
        image.Steps[1].ShouldBeOfType<ImageStep.Copy>().Mode.ShouldBe("0755");
    }

    [Fact]
    public void Caches_keep_their_settings()
    {
        var models = Yaml.Valid(Design).Caches[1];

        models.Ttl.ShouldBe(TimeSpan.FromDays(7));
        models.Vary.ShouldNotBeNull().ShouldHaveSingleItem().Value.ShouldBe("platform");
        models.RestoreKeys.ShouldHaveSingleItem().Value.Text.ShouldBe("models-");
        models.Key.ShouldNotBeNull().Value.Text.ShouldBe("models-${{ hashFiles('models.lock') }}");
    }

    [Fact]
    public void Artifacts_from_implies_needs()
    {
        var test = Yaml.Valid(Design).Jobs[1];

        test.Needs.ShouldHaveSingleItem().Value.ShouldBe("build");
        test.ArtifactsFrom.ShouldHaveSingleItem().Job.ShouldBe("build");
    }

    [Fact]
    public void Both_spellings_of_restore_keys_mean_the_same()
    {
        foreach (var spelling in new[] { "restore-keys", "restoreKeys" })
        {
            var workflow = Yaml.Valid($"caches:\n  a: {{ paths: [x], key: k, {spelling}: [k-, l-] }}\n{Yaml.WithSteps("      - run: x")}");
            workflow.Caches[0].RestoreKeys!.Count.ShouldBe(2);
        }
    }

    [Fact]
    public void On_is_text_although_YAML_1_1_calls_it_a_boolean() =>
        Yaml.Valid($"on: push\n{Yaml.WithSteps("      - run: x")}").On.Events.ShouldHaveSingleItem().Event.ShouldBe("push");

    [Fact]
    public void Numbers_and_booleans_of_env_become_text_as_on_GitHub()
    {
        var job = Yaml.Valid("jobs:\n  a:\n    env: { A: 1, B: true, C: ~, D: 'x', E: 0x10, F: yes }\n    steps: [run: x]").Jobs[0];

        job.Env.Select(variable => variable.Value.Text).ShouldBe(["1", "true", "", "x", "16", "yes"]);
    }

    [Fact]
    public void A_schedule_keeps_its_times() =>
        Yaml.Valid($"on:\n  schedule:\n    - cron: '30 4 * * MON-FRI'\n{Yaml.WithSteps("      - run: x")}")
            .On.Events[0].Filters["cron"].ShouldBe(["30 4 * * MON-FRI"]);

    [Fact]
    public void Dispatch_inputs_have_types_and_defaults()
    {
        var inputs = Yaml.Valid($$"""
            on:
              workflow_dispatch:
                inputs:
                  level: { type: choice, options: [a, b], default: b }
                  dry: { type: boolean, default: true, required: true }
                  free:
            {{Yaml.WithSteps("      - run: echo ${{ inputs.level }}")}}
            """).On.Inputs;

        inputs.Select(input => input.Type).ShouldBe(["choice", "boolean", "string"]);
        inputs[0].Options.ShouldBe(["a", "b"]);
        inputs[1].Required.ShouldBeTrue();
        inputs[1].Default.ToText().ShouldBe("true");
    }

    [Fact]
    public void Anchors_and_aliases_share_what_they_name()
    {
        var workflow = Yaml.Valid("""
            jobs:
              a:
                steps: &steps
                  - run: make
              b:
                steps: *steps
            """);

        workflow.Jobs[1].Steps.ShouldHaveSingleItem().Action.ShouldBeOfType<StepAction.Run>().Script.Value.Text.ShouldBe("make");
    }

    [Fact]
    public void Needs_are_found_whatever_their_case() =>
        Yaml.Valid("jobs:\n  Build: { steps: [run: x] }\n  test: { needs: build, steps: [run: x] }").Jobs[1].Needs[0].Value.ShouldBe("Build");

    [Fact]
    public void An_expression_in_an_image_stays_a_template() =>
        Yaml.Valid("jobs:\n  a:\n    strategy: { matrix: { v: [18, 20] } }\n    image: node:${{ matrix.v }}\n    steps: [run: x]")
            .Jobs[0].Image.ShouldBeOfType<ImageChoice.Named>().Reference.IsLiteral.ShouldBeFalse();

    [Fact]
    public void Image_wins_over_container_and_runs_on_is_kept()
    {
        var job = Yaml.Valid("jobs:\n  a: { image: debian, container: ubuntu, runs-on: [self-hosted, linux], steps: [run: x] }").Jobs[0];

        job.Image.ShouldBeOfType<ImageChoice.Named>().Reference.Text.ShouldBe("debian");
        job.RunsOn.Select(label => label.Value.Text).ShouldBe(["self-hosted", "linux"]);
    }

    [Fact]
    public void Resources_are_read_with_their_units()
    {
        var resources = Yaml.Valid("jobs:\n  a: { resources: { cpu: 1.5, memory: 2GiB, pids: 100, disk: 1g }, network: none, steps: [run: x] }").Jobs[0];

        resources.Resources.ShouldBe(new(1.5m, new(2L << 30), 100, new(1L << 30)));
        resources.Network.ShouldBeFalse();
    }

    [Fact]
    public void Built_in_and_local_actions_are_told_from_others()
    {
        var steps = Yaml.Valid(Yaml.WithSteps("""
                  - uses: actions/checkout@v4
                  - uses: actions/cache/restore@v4
                    with: { path: ~/x, key: k }
                  - uses: ./tools/lint
                    with: { level: 2 }
                  - uses: someone/else@v1
            """)).Jobs[0];

        steps.Steps.Select(step => step.Action.GetType().Name).ShouldBe(["BuiltIn", "BuiltIn", "LocalAction", "Foreign"]);
        steps.Steps[1].Action.ShouldBeOfType<StepAction.BuiltIn>().Name.ShouldBe("cache/restore");
        steps.Steps[2].Action.ShouldBeOfType<StepAction.LocalAction>().Path.ShouldBe("tools/lint");
        steps.Unsupported.ShouldHaveSingleItem().Diagnostic.Code.ShouldBe("STR1301");
    }

    [Fact]
    public void A_windows_value_of_a_matrix_bars_only_its_own_combinations()
    {
        var job = Yaml.Valid("""
            jobs:
              a:
                runs-on: ${{ matrix.os }}
                strategy: { matrix: { os: [ubuntu-latest, windows-latest] } }
                steps: [run: x]
            """).Jobs[0];

        job.Unsupported.ShouldHaveSingleItem().OnlyFor.ShouldBe(("os", "windows-latest"));
    }

    [Fact]
    public void A_composite_action_has_inputs_outputs_and_steps()
    {
        var (action, diagnostics) = Yaml.ParseAction("""
            name: Lint
            description: d
            inputs:
              level: { default: "1", required: false }
            outputs:
              report: { value: "${{ steps.run.outputs.report }}" }
            runs:
              using: composite
              steps:
                - id: run
                  run: lint ${{ inputs.level }}
                  shell: bash
            """);

        diagnostics.ShouldBeEmpty();
        action!.Inputs[0].Default!.Text.ShouldBe("1");
        action.Outputs[0].Name.ShouldBe("report");
        action.Steps.Count.ShouldBe(1);
    }
}
