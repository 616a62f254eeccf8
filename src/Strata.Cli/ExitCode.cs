namespace Strata.Cli;

/// <summary>DESIGN §9.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The workflow, or the check asked for, failed, or was cancelled.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or invalid YAML.</summary>
    public const int Invalid = 2;

    /// <summary>Strata itself or its environment failed.</summary>
    public const int Environment = 3;
}
