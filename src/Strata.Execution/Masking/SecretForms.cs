using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Strata.Execution.Masking;

/// <summary>The ways in which a program may print a secret. Lines of a value count each for itself: logs are masked line by line.</summary>
internal static class SecretForms
{
    /// <summary>Bytes. Shorter values appear in ordinary text by chance: masking them would hide more than it protects.</summary>
    public const int LengthMin = 4;

    /// <summary>Distinct forms, each of at least <see cref="LengthMin"/> bytes and without line ends. Empty when the value is too short.</summary>
    public static IReadOnlyCollection<byte[]> Of(string value)
    {
        var forms = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var whole = value.Trim('\r', '\n');
        AddAll(forms, whole);
        if (whole.AsSpan().ContainsAny('\r', '\n'))
        {
            foreach (var line in whole.Split('\r', '\n'))
            {
                AddAll(forms, line);
                AddAll(forms, line.Trim());
            }
        }

        return forms.Values;
    }

    private static void AddAll(Dictionary<string, byte[]> forms, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < LengthMin)
        {
            return;
        }

        Add(forms, text);
        AddBase64(forms, bytes);
        Add(forms, Uri.EscapeDataString(text));
        Add(forms, Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal));
        Add(forms, Convert.ToHexString(bytes));
        Add(forms, Convert.ToHexStringLower(bytes));
        Add(forms, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text));
        Add(forms, JsonEncodedText.Encode(text).Value);
        Add(forms, text.Replace("'", @"'\''", StringComparison.Ordinal));
        Add(forms, text.Replace("'", "'\"'\"'", StringComparison.Ordinal));
        Add(forms, EscapeForShell(text, "\\\"$`"));
        Add(forms, EscapeForShell(text, " \t\\\"'$`&|;<>()*?[]{}#!~"));
        Add(forms, EscapeForXml(text, "&#39;"));
        Add(forms, EscapeForXml(text, "&apos;"));
    }

    /// <summary>
    /// A value inside a longer encoded text may start at any of three bit alignments; what depends on neighbouring bytes is left out,
    /// so that the form is found whatever surrounds the value.
    /// </summary>
    private static void AddBase64(Dictionary<string, byte[]> forms, byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = new byte[before + bytes.Length];
            bytes.CopyTo(padded, before);
            var encoded = Convert.ToBase64String(padded);
            var first = (before * 8 + 5) / 6; // characters that also hold bits of what stands before
            var end = padded.Length * 8 / 6; // characters whole made of the value's bits
            var stable = encoded[first..end];
            Add(forms, stable);
            if (before == 0)
            {
                Add(forms, encoded); // alone: with its padding
            }

            Add(forms, stable.Replace('+', '-').Replace('/', '_'));
        }
    }

    private static string EscapeForShell(string text, string special)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (special.Contains(c))
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static string EscapeForXml(string text, string apostrophe) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", apostrophe, StringComparison.Ordinal);

    private static void Add(Dictionary<string, byte[]> forms, string form)
    {
        if (form.Length > 0 && !form.AsSpan().ContainsAny('\r', '\n') && !forms.ContainsKey(form))
        {
            var bytes = Encoding.UTF8.GetBytes(form);
            if (bytes.Length >= LengthMin)
            {
                forms.Add(form, bytes);
            }
        }
    }
}
