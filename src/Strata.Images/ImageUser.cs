using System.Globalization;

namespace Strata.Images;

/// <summary>Who an image's <c>user</c> is.</summary>
public sealed record ImageUser(int UserId, int GroupId, string Home)
{
    public static ImageUser Root { get; } = new(0, 0, "/root");

    /// <summary>Whether no file needs to be read to know.</summary>
    public static bool IsRoot(string? user) => string.IsNullOrEmpty(user) || user is "root" or "0" or "0:0" or "root:root";

    /// <param name="user">As an image says it: NAME or UID, with :GROUP or :GID; null is root.</param>
    /// <param name="passwd">The image's /etc/passwd; null: it has none.</param>
    /// <param name="groups">The image's /etc/group.</param>
    /// <returns>Null when the image knows no such user or group.</returns>
    public static ImageUser? Find(string? user, string? passwd, string? groups)
    {
        if (IsRoot(user))
        {
            return Root;
        }

        var colon = user!.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? user : user[..colon];
        var fields = FindLine(passwd, name);
        if (fields is null && Id(name) is null)
        {
            return null;
        }

        var userId = Id(fields is null ? name : fields[2]);
        var groupId = fields is null ? 0 : Id(fields[3]);
        if (colon >= 0)
        {
            var group = user[(colon + 1)..];
            groupId = Id(FindLine(groups, group)?[2] ?? group);
        }

        var home = fields is { Length: > 5 } && fields[5].StartsWith('/') ? fields[5] : "/";
        return userId is null || groupId is null ? null : new(userId.Value, groupId.Value, userId == 0 ? "/root" : home);
    }

    private static string[]? FindLine(string? file, string nameOrId)
    {
        foreach (var line in (file ?? "").Split('\n'))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && (fields[0] == nameOrId || fields[2] == nameOrId))
            {
                return fields;
            }
        }

        return null;
    }

    private static int? Id(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
