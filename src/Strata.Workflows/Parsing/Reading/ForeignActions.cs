using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What to write instead of an action that Strata does not have.</summary>
internal static class ForeignActions
{
    /// <param name="action">Without version.</param>
    public static Diagnostic Advise(
        SourceSpan at, string reference, string action, IReadOnlyList<KeyValuePair<string, Located<Template>>> with, string job)
    {
        if (SetupActions.Find(action) is { } setup)
        {
            return UnsupportedDiagnostics.SetupAction(at, reference, $"Define the image and use it in the job:\n{Block(setup, with, job)}");
        }

        return UnsupportedDiagnostics.ForeignAction(at, reference, action.ToLowerInvariant() switch
        {
            "actions/github-script" => "Call the API in a `run:` step with curl, or run a script of the repository.",
            "actions/labeler" or "actions/stale" or "actions/dependency-review-action" => "It works on GitHub's own data: keep it in a workflow there.",
            _ when action.StartsWith("docker/", StringComparison.OrdinalIgnoreCase) => "Define the image under `images:` and build it with `strata image build`.",
            _ => "Write the commands it runs as a `run:` step, or copy it into the repository as a composite action (uses: ./path).",
        });
    }

    /// <summary>A block to paste.</summary>
    private static string Block(SetupAction setup, IReadOnlyList<KeyValuePair<string, Located<Template>>> with, string job)
    {
        var block = new StringBuilder("images:\n").Append(setup.Definition("  "));
        if (setup.Alternative(with) is { } alternative)
        {
            block.Append("    # for another version, in place of from and packages:\n    # from: ").Append(alternative).Append('\n');
        }

        return block.Append("jobs:\n  ").Append(job).Append(":\n    image: ").Append(setup.Image).ToString();
    }
}
