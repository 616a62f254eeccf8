namespace Strata.Images.Capturing;

/// <summary>Runs a step in a sandbox of its own, and what it changed becomes a layer.</summary>
internal static class RunCapture
{
    /// <exception cref="IOException">The disk is full or fails: nothing is stored.</exception>
    /// <exception cref="Core.Diagnostics.EnvironmentException">The machine refused the sandbox.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is stored.</exception>
    public static Task<CaptureOutcome> RunAsync(RunCaptureRequest request, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException();
}
