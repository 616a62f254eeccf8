namespace Strata.Workflows.Expressions;

/// <param name="Name">As documented; calls ignore case.</param>
/// <param name="IsHost">Answered by the scope and subject to <see cref="ExpressionSite.Functions"/>.</param>
internal sealed record FunctionSignature(string Name, int ArgumentsMin, int ArgumentsMax, bool IsHost = false)
{
    public string LowerName { get; } = Name.ToLowerInvariant();
}

/// <summary>What exists in the language, wherever it is available.</summary>
internal static class KnownNames
{
    private const int Many = 255; // GitHub's limit

    public static readonly string[] Contexts =
        ["github", "strata", "env", "vars", "inputs", "needs", "strategy", "matrix", "job", "steps", "runner", "secrets"];

    /// <summary>GitHub's, only in reusable workflows.</summary>
    public const string UnsupportedContext = "jobs";

    public static readonly FunctionSignature[] Functions =
    [
        new("contains", 2, 2),
        new("startsWith", 2, 2),
        new("endsWith", 2, 2),
        new("format", 1, Many),
        new("join", 1, 2),
        new("toJSON", 1, 1),
        new("fromJSON", 1, 1),
        new("case", 3, Many),
        new("hashFiles", 1, Many, IsHost: true),
        new("success", 0, Many, IsHost: true), // a job's may name jobs
        new("failure", 0, Many, IsHost: true),
        new("always", 0, 0, IsHost: true),
        new("cancelled", 0, 0, IsHost: true),
    ];

    /// <summary>With one of these an <c>if:</c> decides itself what becomes of it after a failure.</summary>
    public static bool IsStatusFunction(string lowerName) => lowerName is "success" or "failure" or "always" or "cancelled";

    public static FunctionSignature? FindFunction(string name) =>
        Array.Find(Functions, function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));

    public static bool IsContext(string lowerName) => Array.IndexOf(Contexts, lowerName) >= 0;
}
