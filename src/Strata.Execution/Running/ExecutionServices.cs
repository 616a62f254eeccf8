using Strata.Core.Identity;
using Strata.Execution.Entries;
using Strata.Execution.Sources;
using Strata.Images.Building;
using Strata.Sandbox;

namespace Strata.Execution.Running;

/// <summary>What a runner works with: the boundaries to the machine.</summary>
public sealed record ExecutionServices
{
    /// <summary>Called once a run. The host remains the caller's: its sandboxes have ended with the run, what they leave on disk may go while the run's end is told.</summary>
    public required Func<CancellationToken, ValueTask<ISandboxHost>> OpenHost { get; init; }

    /// <summary>A new one for each run, which disposes it.</summary>
    public required Func<IImageBuilder> OpenImages { get; init; }

    /// <summary>For a run that restores or publishes, which disposes it. The second is <see cref="ISandboxHost.TreeOwnerShift"/>.</summary>
    public required Func<RunIdentity, int, EntryServices> OpenEntries { get; init; }

    public required IWorkspaceSource Source { get; init; }

    public required IFileHasher Hasher { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a person sits at stdin and stdout: else --shell-on-failure does nothing.</summary>
    public Func<bool> IsTerminal { get; init; } = () => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>The <c>github.actor</c> when the event names no sender.</summary>
    public string Actor { get; init; } = Environment.UserName;
}
