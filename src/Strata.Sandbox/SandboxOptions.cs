namespace Strata.Sandbox;

public sealed record SandboxOptions
{
    /// <summary>Live sandboxes are in <c>live/</c>, what was found out about this machine in <c>sandbox/</c>. Not on a noexec file system.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>A configured OCI runtime (runsc, kata, another crun); null: crun or runc, whichever works.</summary>
    public string? RuntimePath { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
