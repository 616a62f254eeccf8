using System.Globalization;
using System.Text;

namespace Strata.Workflows.Locking;

/// <summary>A lock's text: sorted, so that equal locks are equal bytes and a moved pin is a small difference.</summary>
public static class ImageLockWriter
{
    public static string Write(ImageLock images)
    {
        var text = new StringBuilder()
            .Append("# What the images of the workflow beside this file are made from. Written by `strata image update`: commit it.\n")
            .Append(CultureInfo.InvariantCulture, $"format: {ImageLock.Format}\n");
        text.Append(images.Images.Count == 0 ? "images: {}\n" : "images:\n");
        foreach (var (reference, pin) in images.Images.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Key(reference)}:\n    digest: {pin.Digest}\n");
            if (pin.Resolved is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"    resolved: {Key(pin.Resolved)}\n");
            }
            else if (pin.Packages.Count > 0)
            {
                text.Append("    resolved:\n");
                foreach (var package in pin.Packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    text.Append(CultureInfo.InvariantCulture, $"      - {Key(package)}\n");
                }
            }
        }

        return text.ToString();
    }

    /// <summary>Plain where no YAML reader can take it for anything else than text.</summary>
    private static string Key(string text)
    {
        var isPlain = char.IsAsciiLetter(text[0]) && !text.EndsWith(':') && text.AsSpan().ContainsAny(":/=");
        foreach (var c in text)
        {
            isPlain &= char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '@' or '=' or '+' or '~';
        }

        return isPlain ? text : $"\"{text}\""; // references and packages hold neither quotes nor backslashes
    }
}
