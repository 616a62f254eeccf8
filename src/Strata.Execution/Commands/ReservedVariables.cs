namespace Strata.Execution.Commands;

/// <summary>Variables that a step may not set for later steps.</summary>
internal static class ReservedVariables
{
    /// <summary>Why <paramref name="name"/> is left as it is, or null when a step may set it.</summary>
    public static string? Reason(string name) => name switch
    {
        _ when name.Equals("NODE_OPTIONS", StringComparison.OrdinalIgnoreCase) =>
            "NODE_OPTIONS cannot be set for later steps: it would run code in every node process. Set it in 'env:' instead.",
        _ when IsRunnerOwned(name) => $"{name} is set by the runner: the new value is ignored.",
        _ => null,
    };

    /// <summary>The names whose value the run gives, whatever <c>env:</c> says.</summary>
    public static bool IsRunnerOwned(string name) =>
        name.StartsWith("GITHUB_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("RUNNER_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("STRATA_", StringComparison.OrdinalIgnoreCase);
}
