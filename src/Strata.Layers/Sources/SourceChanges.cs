namespace Strata.Layers.Sources;

/// <summary>Whether a directory of a repository is as its commit has it.</summary>
public static class SourceChanges
{
    /// <returns>Whether a visible file is changed, missing or untracked. False: none is, or it is in no repository.</returns>
    /// <exception cref="Core.Diagnostics.EnvironmentException">git is missing, or fails.</exception>
    public static async Task<bool> AnyAsync(string directory, CancellationToken cancellationToken)
    {
        if (GitState.Read(directory) is not { } state)
        {
            return false;
        }

        var output = await GitProcess.RunAsync(
            state, directory, ["status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none", "--", "."], cancellationToken).ConfigureAwait(false);
        return output.Length > 0;
    }
}
