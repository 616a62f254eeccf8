namespace Strata.Execution.Commands;

/// <summary>What a step has said it wants changed, by commands or step files. Applied by the job when the step ends.</summary>
internal sealed class StepEffects
{
    public Dictionary<string, string> Outputs { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For the steps that follow.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>To be put before PATH, the last one first.</summary>
    public List<string> Paths { get; } = [];

    public Dictionary<string, string> State { get; } = new(StringComparer.Ordinal);

    /// <summary>It has told a secret of its own: what it leaves is not kept for others.</summary>
    public bool AddedMask { get; set; }

    /// <summary>Why the step fails although its command ended well, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>The first reason stays.</summary>
    public void Fail(string reason) => Failure ??= reason;
}
