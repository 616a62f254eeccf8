using Strata.Core.Diagnostics;

namespace Strata.Cli.Image;

/// <summary>An image could not be built, and its definition is to blame: <see cref="ExitCode.Failed"/>, as where a job fails for it.</summary>
internal sealed class ImageFailedException(IReadOnlyList<Diagnostic> diagnostics) : Exception(string.Join('\n', diagnostics))
{
    public IReadOnlyList<Diagnostic> Diagnostics => diagnostics;
}
