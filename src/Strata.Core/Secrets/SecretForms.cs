using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Strata.Core.Secrets;

/// <summary>A secret as it may be written somewhere.</summary>
/// <param name="Name">For people.</param>
public readonly record struct SecretForm(byte[] Bytes, string Name);

/// <summary>The ways in which a program may write a secret.</summary>
public static class SecretForms
{
    /// <summary>Bytes. Shorter values appear in ordinary text by chance: masking them would hide more than it protects.</summary>
    public const int LengthMin = 4;

    /// <summary>Of a <see cref="SecretForm"/>.</summary>
    public const string Base64 = "base64";

    /// <inheritdoc cref="Base64"/>
    public const string Hex = "hex";

    private const int LineLengthMin = 16; // of a value of several lines: shorter ones are "{" and the like
    private const string Plain = "as it is";

    // What is kept beside letters and digits by RFC 3986 and .NET, Python's quote(), JavaScript's encodeURIComponent() and encodeURI(), and HTML forms.
    private static readonly string[] UrlKept = ["-._~", "-._~/", "-._~!'()*", "-._~!'()*;/?:@&=+$,#", "-._*"];

    // Beside what JSON demands: nothing (Python, JavaScript, PHP), Go and Rails, Gson, PHP's JSON_HEX flags, .NET without its escape for quotes.
    private static readonly string[] JsonEscaped = ["", "<>&", "<>&='", "<>&'", "<>&'\"", "<>&'\"+"];

    /// <summary>
    /// For text that is looked at line by line: lines of a value count each for itself. Distinct forms, each of at least <see cref="LengthMin"/> bytes and
    /// without line ends. Empty when the value is too short.
    /// </summary>
    public static IReadOnlyCollection<byte[]> Of(string value)
    {
        var forms = new Dictionary<string, SecretForm>(StringComparer.Ordinal);
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

        var bytes = new List<byte[]>(forms.Count);
        foreach (var form in forms.Values)
        {
            bytes.Add(form.Bytes);
        }

        return bytes;
    }

    /// <summary>
    /// For whole files. A value of several lines is found as a whole and by any line that looks like a key: long, without blanks, not the frame of a PEM file.
    /// Forms have no line ends: whoever searches takes those of base64 and hex together. What only programs would put together again (compressed, encrypted, split) is not found.
    /// </summary>
    /// <param name="lengthMin">Bytes of the value; below: no forms.</param>
    public static IReadOnlyCollection<SecretForm> InFiles(string value, int lengthMin)
    {
        var forms = new Dictionary<string, SecretForm>(StringComparer.Ordinal);
        var whole = value.Trim('\r', '\n');
        var bytes = Encoding.UTF8.GetBytes(whole);
        if (bytes.Length < lengthMin)
        {
            return forms.Values;
        }

        AddAll(forms, whole);
        AddSeparatedHex(forms, bytes);
        if (whole.AsSpan().ContainsAny('\r', '\n'))
        {
            forms.TryAdd(whole, new(bytes, Plain));
            foreach (var line in whole.Split('\r', '\n'))
            {
                if (IsTelling(line.Trim()))
                {
                    AddAll(forms, line.Trim());
                }
            }
        }

        return forms.Values;
    }

    private static bool IsTelling(string line) =>
        line.Length >= LineLengthMin && !line.AsSpan().ContainsAny(' ', '\t') && !line.StartsWith("-----", StringComparison.Ordinal);

    /// <summary>As od(1) and openssl(1) write it.</summary>
    private static void AddSeparatedHex(Dictionary<string, SecretForm> forms, byte[] bytes)
    {
        var digits = Convert.ToHexStringLower(bytes).Chunk(2).Select(static pair => new string(pair)).ToList();
        foreach (var separator in (char[])[' ', ':'])
        {
            var text = string.Join(separator, digits);
            Add(forms, text, Hex);
            Add(forms, text.ToUpperInvariant(), Hex);
        }
    }

    private static void AddAll(Dictionary<string, SecretForm> forms, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < LengthMin)
        {
            return;
        }

        Add(forms, text, Plain);
        AddBase64(forms, bytes);
        AddUrl(forms, bytes);
        Add(forms, Convert.ToHexString(bytes), Hex);
        Add(forms, Convert.ToHexStringLower(bytes), Hex);
        AddJson(forms, text);
        Add(forms, text.Replace("'", @"'\''", StringComparison.Ordinal), "quoted for a shell");
        Add(forms, text.Replace("'", "'\"'\"'", StringComparison.Ordinal), "quoted for a shell");
        Add(forms, EscapeForShell(text, "\\\"$`"), "quoted for a shell");
        Add(forms, EscapeForShell(text, " \t\\\"'$`&|;<>()*?[]{}#!~"), "quoted for a shell");
        Add(forms, EscapeForXml(text, "&#39;"), "XML");
        Add(forms, EscapeForXml(text, "&apos;"), "XML");
    }

    /// <summary>
    /// A value inside a longer encoded text may start at any of three bit alignments; what depends on neighbouring bytes is left out,
    /// so that the form is found whatever surrounds the value.
    /// </summary>
    private static void AddBase64(Dictionary<string, SecretForm> forms, byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = new byte[before + bytes.Length];
            bytes.CopyTo(padded, before);
            var encoded = Convert.ToBase64String(padded);
            var first = (before * 8 + 5) / 6; // characters that also hold bits of what stands before
            var end = padded.Length * 8 / 6; // characters whole made of the value's bits
            var stable = encoded[first..end];
            Add(forms, stable, Base64);
            if (before == 0)
            {
                Add(forms, encoded, Base64); // alone: with its padding
            }

            Add(forms, stable.Replace('+', '-').Replace('/', '_'), Base64);
        }
    }

    private static void AddJson(Dictionary<string, SecretForm> forms, string text)
    {
        Add(forms, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text), "JSON");
        Add(forms, JsonEncodedText.Encode(text).Value, "JSON");
        if (text.All(char.IsAsciiLetterOrDigit))
        {
            return;
        }

        foreach (var escaped in JsonEscaped)
        {
            foreach (var digits in (string[])["x4", "X4"])
            {
                foreach (var others in (string?[])[null, "x4", "X4"])
                {
                    var encoded = EscapeForJson(text, escaped, digits, others);
                    Add(forms, encoded, "JSON");
                    Add(forms, encoded.Replace("/", @"\/", StringComparison.Ordinal), "JSON");
                }
            }
        }
    }

    /// <param name="escaped">What is written as a number though JSON would not need it.</param>
    /// <param name="others">How what is not ASCII is written; null: as it is.</param>
    private static string EscapeForJson(string text, string escaped, string digits, string? others)
    {
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            var number = c > '~' ? others : escaped.Contains(c) || c < ' ' ? digits : null;
            if (number is not null && c is not ('\b' or '\f' or '\n' or '\r' or '\t'))
            {
                encoded.Append(@"\u").Append(((int)c).ToString(number, CultureInfo.InvariantCulture));
                continue;
            }

            encoded.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\b' => @"\b",
                '\f' => @"\f",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                _ => c.ToString(),
            });
        }

        return encoded.ToString();
    }

    private static void AddUrl(Dictionary<string, SecretForm> forms, byte[] bytes)
    {
        foreach (var kept in UrlKept)
        {
            foreach (var digits in (string[])["0123456789ABCDEF", "0123456789abcdef"])
            {
                var encoded = PercentEncode(bytes, kept, digits);
                Add(forms, encoded, "URL-encoded");
                Add(forms, encoded.Replace("%20", "+", StringComparison.Ordinal), "URL-encoded");
            }
        }
    }

    private static string PercentEncode(byte[] bytes, string kept, string digits)
    {
        var encoded = new StringBuilder(bytes.Length + 16);
        foreach (var b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || kept.Contains((char)b))
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(digits[b >> 4]).Append(digits[b & 15]);
            }
        }

        return encoded.ToString();
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

    private static void Add(Dictionary<string, SecretForm> forms, string form, string name)
    {
        if (form.Length > 0 && !form.AsSpan().ContainsAny('\r', '\n') && !forms.ContainsKey(form))
        {
            var bytes = Encoding.UTF8.GetBytes(form);
            if (bytes.Length >= LengthMin)
            {
                forms.Add(form, new(bytes, name));
            }
        }
    }
}
