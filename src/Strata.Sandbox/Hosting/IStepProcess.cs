namespace Strata.Sandbox.Hosting;

/// <summary>A running command of a job. Disposing does not end it.</summary>
internal interface IStepProcess : IDisposable
{
    /// <summary>The command's, as a shell gives it. Never fails.</summary>
    Task<int> Exit { get; }

    /// <summary>Why the command could not be started, or null; known once <see cref="Exit"/> is.</summary>
    string? StartError { get; }

    /// <summary>What of the sandbox's processes belongs to the command; not what earlier ones left.</summary>
    List<int> FindProcesses(JobProcesses processes);

    /// <summary>The last resort: ends it without asking.</summary>
    void Kill();
}
