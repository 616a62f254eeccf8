namespace Strata.Core.Diagnostics;

/// <summary>Carries diagnostics to the edge, which prints them once. Never wraps a fault of ours.</summary>
public sealed class UserErrorException : Exception
{
    public UserErrorException(IReadOnlyList<Diagnostic> diagnostics)
        : base(diagnostics.Count > 0 ? diagnostics[0].Message : throw new ArgumentException("At least one diagnostic.", nameof(diagnostics))) =>
        Diagnostics = diagnostics;

    public UserErrorException(Diagnostic diagnostic)
        : this([diagnostic])
    {
    }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
