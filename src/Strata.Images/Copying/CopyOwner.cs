using System.Buffers.Text;
using System.Text;
using Strata.Core.Diagnostics;
using Strata.Layers.Trees;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>The owner that a step names, as numbers of its image.</summary>
internal static class CopyOwner
{
    private const int SizeMax = 1 << 20; // of /etc/passwd and /etc/group

    /// <param name="text"><c>USER</c> or <c>USER:GROUP</c>. Without a group: of a name its own one in /etc/passwd, of a number that number.</param>
    /// <exception cref="UserErrorException">The image does not know one of them, or a number is too large (STR3164).</exception>
    public static (uint User, uint Group) Find(string text, StackTree image, SourceSpan at)
    {
        var colon = text.IndexOf(':');
        var user = colon < 0 ? text : text[..colon];
        var group = colon < 0 ? null : text[(colon + 1)..];
        if (user.Length == 0 || group is { Length: 0 })
        {
            throw Unknown("a name is empty");
        }

        var (userId, ownGroup) = Number(user) is { } number ? (number, number)
            : Look("etc/passwd", user, 3) is [var id, var primary] ? (id, primary)
            : throw Unknown($"the image's /etc/passwd has no user '{user}'");
        var groupId = group is null ? ownGroup
            : Number(group) ?? (Look("etc/group", group, 2) is [var found] ? found : throw Unknown($"the image's /etc/group has no group '{group}'"));
        return Math.Max(userId, groupId) <= OwnerPolicy.Root.IdMax
            ? (userId, groupId)
            : throw Unknown($"ids over {OwnerPolicy.Root.IdMax} have no place in a job");

        UserErrorException Unknown(string why) => new(CopyDiagnostics.UnknownOwner(text, why, at));

        uint[]? Look(string path, string name, int last) =>
            ImagePath.Resolve(image, Encoding.ASCII.GetBytes(path)) is { Entry: not null } file && image.ReadFile(file.Path, SizeMax) is { } content
                ? NumbersOf(content, Encoding.UTF8.GetBytes(name), last)
                : null;
    }

    private static uint? Number(string text) => text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
        ? uint.TryParse(text, System.Globalization.NumberStyles.None, null, out var number) ? number : uint.MaxValue
        : null;

    /// <summary>The fields from the third (of 0) to <paramref name="last"/> of the first line of that name, all of which are numbers.</summary>
    private static uint[]? NumbersOf(ReadOnlySpan<byte> content, ReadOnlySpan<byte> name, int last)
    {
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            if (!line.StartsWith(name) || line.Length == name.Length || line[name.Length] != (byte)':')
            {
                continue;
            }

            var numbers = new List<uint>();
            var field = 0;
            foreach (var part in line.Split((byte)':'))
            {
                if (field >= 2 && field <= last && Utf8Parser.TryParse(line[part], out uint number, out var length) && length == line[part].Length)
                {
                    numbers.Add(number);
                }

                field++;
            }

            return numbers.Count == last - 1 ? [.. numbers] : null;
        }

        return null;
    }
}
