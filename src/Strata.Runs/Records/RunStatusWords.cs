using System.Diagnostics;

namespace Strata.Runs.Records;

/// <summary>Statuses as they are written everywhere.</summary>
public static class RunStatusWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Success => "success",
        RunStatus.Failure => "failure",
        RunStatus.Cancelled => "cancelled",
        RunStatus.Skipped => "skipped",
        RunStatus.Lost => "lost",
        _ => throw new UnreachableException(),
    };

    internal static RunStatus Parse(string word) => word switch
    {
        "running" => RunStatus.Running,
        "success" => RunStatus.Success,
        "failure" => RunStatus.Failure,
        "cancelled" => RunStatus.Cancelled,
        "skipped" => RunStatus.Skipped,
        "lost" => RunStatus.Lost,
        _ => throw new UnreachableException(word),
    };
}
