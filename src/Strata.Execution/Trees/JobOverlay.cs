namespace Strata.Execution.Trees;

/// <summary>What a path of a job lies in.</summary>
internal enum JobOverlay
{
    Root,
    Workspace,

    /// <summary>/tmp, which stands on nothing.</summary>
    Temporary,
}

/// <param name="Path">From the overlay's root, which is the empty path.</param>
internal sealed record JobPlace(JobOverlay Overlay, byte[] Path);
