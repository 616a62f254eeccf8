using System.Globalization;
using System.Text;

namespace Strata.Layers.Posix;

/// <summary>Paths as bytes.</summary>
public static class PosixPath
{
    public const int LengthMax = 4096; // PATH_MAX, with its NUL
    public const int NameLengthMax = 255; // NAME_MAX

    private const int ShownMax = 160;

    /// <summary>UTF-8 with a NUL at the end.</summary>
    public static byte[] Terminated(string path)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

    public static byte[] Terminated(ReadOnlySpan<byte> path)
    {
        var bytes = new byte[path.Length + 1];
        path.CopyTo(bytes);
        return bytes;
    }

    /// <summary>For messages: no control characters (a name must not move the cursor), at most 160 characters, no NUL at the end.</summary>
    public static string Show(ReadOnlySpan<byte> path)
    {
        var end = path.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end == path.Length - 1 && end >= 0 ? path[..end] : path);
        var shown = new StringBuilder();
        foreach (var character in text)
        {
            if (shown.Length >= ShownMax)
            {
                shown.Append('…');
                break;
            }

            if (char.IsControl(character) || char.GetUnicodeCategory(character) == UnicodeCategory.Format)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                shown.Append(character);
            }
        }

        return shown.ToString();
    }
}
