using Strata.Core.Diagnostics;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR13xx: legal on GitHub, not supported here. Warnings for <c>validate</c>; the job keeps them as errors for <c>run</c>.</summary>
internal static class UnsupportedDiagnostics
{
    public static Diagnostic ForeignAction(SourceSpan at, string reference, string help) => Warning("STR1301", at,
        $"The action '{Shorten(reference)}' is not supported here.", help);

    public static Diagnostic SetupAction(SourceSpan at, string reference, string help) => Warning("STR1302", at,
        $"'{Shorten(reference)}' is not supported here: what a job needs is in its image, built once and reused.", help);

    public static Diagnostic DockerAction(SourceSpan at, string reference) => Warning("STR1303", at,
        $"Actions that are containers ('{Shorten(reference)}') are not supported here.", "Run the commands as a step of a job with that `image:`.");

    public static Diagnostic ReusableWorkflow(SourceSpan at, string reference) => Warning("STR1304", at,
        $"Reusable workflows ('{Shorten(reference)}') are not supported here.", "Copy its jobs into this file, or make its steps a composite action (uses: ./path).");

    public static Diagnostic Services(SourceSpan at) => Warning("STR1305", at,
        "Service containers are not supported here.", "Put the service into the image and start it in a step: background processes live until the job ends.");

    public static Diagnostic DeploymentEnvironment(SourceSpan at) => Warning("STR1306", at,
        "Deployment environments are not supported here.", "Use `if:` for the branch and `concurrency:` for the order; give secrets to the run itself.");

    public static Diagnostic Snapshot(SourceSpan at) => Warning("STR1307", at,
        "Snapshots of runners are not supported here.", "Define the image under `images:`; it is built once and reused.");

    public static Diagnostic Shell(SourceSpan at, string shell) => Warning("STR1308", at,
        $"The shell '{Shorten(shell)}' is not supported here.", "Use bash, sh, python or a command line with {0}.");

    /// <summary>github.repository_id is a number there and absent here, and a job's condition may read it before anything runs.</summary>
    public static Diagnostic Runner(SourceSpan at, string label) => Warning("STR1309", at,
        $"There are no runners for '{Shorten(label)}' here: jobs run on Linux.", "Remove the label, or keep the job for GitHub with `if: github.repository_id`.");

    public static Diagnostic JobsContext(SourceSpan at) => Warning("STR1310", at,
        "Outputs of reusable workflows and the jobs context are not supported here.", "Use `outputs:` of jobs and `needs`.");

    public static Diagnostic ContainerSetting(SourceSpan at, string key, string help) => Warning("STR1311", at,
        $"'{key}' of a container is not supported here.", help);

    public static Diagnostic CheckoutOther(SourceSpan at, string input, string help) => Warning("STR1312", at,
        $"actions/checkout with '{input}' is not supported here: the source of this run is in the workspace already.", help);

    public static Diagnostic ActionKind(SourceSpan at, string kind) => Warning("STR1313", at,
        $"Actions that run with '{Shorten(kind)}' are not supported here; composite ones are.", "Rewrite it with `using: composite` and `run:` steps.");

    public static Diagnostic RunnerGroup(SourceSpan at) => Warning("STR1314", at,
        "Groups of runners are not supported here.", "Use labels.");

    public static Diagnostic BackgroundSteps(SourceSpan at, string key) => Warning("STR1315", at,
        $"Background steps ('{key}') are not supported here.", "Start the process with & in a `run:` step: it lives until the job ends. Wait for what it makes in a later step.");

    public static Diagnostic WholeByExpression(SourceSpan at, string key) => Warning("STR1316", at,
        $"One expression for the whole of '{key}' is not supported here.", "Write the mapping out, with an expression for each value.");

    private static Diagnostic Warning(string code, SourceSpan at, string message, string? help) => new(code, Severity.Warning, message, at, help);
}
