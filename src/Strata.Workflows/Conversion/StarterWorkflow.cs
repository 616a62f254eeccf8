namespace Strata.Workflows.Conversion;

/// <summary>What <c>strata init</c> writes.</summary>
public static class StarterWorkflow
{
    public static string Text => """
        # A Strata workflow. `strata run` runs it, `strata plan` shows what would run, `strata validate` checks it.
        name: build

        # Where jobs run: a Debian suite with the packages a job needs. Made once, then reused.
        images:
          build:
            from: debootstrap:bookworm
            packages: [build-essential, ca-certificates, git]

        # Jobs run one after another unless `needs` says otherwise.
        jobs:
          build:
            image: build
            outputs:
              revision: ${{ steps.revision.outputs.revision }}
            steps:
              - name: Look around
                run: |
                  echo "The workspace is $PWD, with the files of this repository:"
                  ls
              - id: revision
                run: echo "revision=${GITHUB_SHA:-none}" >> "$GITHUB_OUTPUT"

          test:
            needs: build
            image: build
            steps:
              - run: echo "testing revision ${{ needs.build.outputs.revision }}"

        """;
}
