using System.Globalization;
using Strata.Sandbox;

namespace Strata.Execution.Steps;

/// <summary>Who runs the commands of a job.</summary>
internal sealed record JobUser(int UserId, int GroupId, string Home)
{
    private const int PasswdSizeMax = 1 << 20; // bytes

    public static JobUser Root { get; } = new(0, 0, "/root");

    /// <param name="user">As an image says it: NAME or UID, with :GROUP or :GID; null is root.</param>
    /// <returns>Null when the image knows no such user or group.</returns>
    public static async ValueTask<JobUser?> FindAsync(string? user, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(user) || user is "root" or "0" or "0:0" or "root:root")
        {
            return Root;
        }

        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? user : user[..colon];
        var fields = await FindLineAsync("/etc/passwd", name, sandbox, cancellationToken).ConfigureAwait(false);
        if (fields is null && !IsId(name))
        {
            return null;
        }

        var userId = fields is null ? Id(name) : Id(fields[2]);
        var groupId = fields is null ? 0 : Id(fields[3]);
        if (colon >= 0)
        {
            var group = user[(colon + 1)..];
            var line = await FindLineAsync("/etc/group", group, sandbox, cancellationToken).ConfigureAwait(false);
            if (line is null && !IsId(group))
            {
                return null;
            }

            groupId = line is null ? Id(group) : Id(line[2]);
        }

        var home = fields is { Length: > 5 } && fields[5].StartsWith('/') ? fields[5] : "/";
        return userId is null || groupId is null ? null : new(userId.Value, groupId.Value, userId == 0 ? "/root" : home);
    }

    private static async ValueTask<string[]?> FindLineAsync(string file, string nameOrId, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (await BoundedText.ReadAsync(sandbox, file, PasswdSizeMax, cancellationToken).ConfigureAwait(false) is not { } text)
        {
            return null;
        }

        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && (fields[0] == nameOrId || fields[2] == nameOrId))
            {
                return fields;
            }
        }

        return null;
    }

    private static bool IsId(string text) => Id(text) is not null;

    private static int? Id(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
