namespace Strata.Core.Diagnostics;

/// <summary>The machine cannot do what Strata needs (a missing program, a refused mount, a full disk): exit code 3, not the user's workflow.</summary>
/// <remarks>A module derives its own where callers act on the kind of failure.</remarks>
public class EnvironmentException : Exception
{
    public EnvironmentException(Diagnostic diagnostic, Exception? cause = null)
        : base(diagnostic.Message, cause) => Diagnostic = diagnostic;

    public Diagnostic Diagnostic { get; }
}
