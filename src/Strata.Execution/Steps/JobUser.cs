using Strata.Images;
using Strata.Sandbox;

namespace Strata.Execution.Steps;

/// <summary>Who runs the commands of a job.</summary>
internal static class JobUser
{
    private const int FileSizeMax = 1 << 20; // bytes

    /// <inheritdoc cref="ImageUser.Find"/>
    public static async ValueTask<ImageUser?> FindAsync(string? user, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (ImageUser.IsRoot(user))
        {
            return ImageUser.Root;
        }

        return ImageUser.Find(
            user,
            await BoundedText.ReadAsync(sandbox, "/etc/passwd", FileSizeMax, cancellationToken).ConfigureAwait(false),
            await BoundedText.ReadAsync(sandbox, "/etc/group", FileSizeMax, cancellationToken).ConfigureAwait(false));
    }
}
