using System.Text;
using System.Text.Unicode;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>Bytes to text: UTF-8 only, no control characters. A leading UTF-8 byte order mark is skipped, as editors write it unasked.</summary>
internal static class SourceDecoding
{
    /// <returns>Null after reporting why.</returns>
    public static string? Decode(string file, ReadOnlySpan<byte> utf8, ICollection<Diagnostic> problems)
    {
        if (utf8.Length > WorkflowParser.FileSizeMax)
        {
            problems.Add(YamlDiagnostics.FileTooLarge(file, utf8.Length));
            return null;
        }

        if (utf8 is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, 0, 0xFE, 0xFF, ..])
        {
            problems.Add(YamlDiagnostics.NotUtf8Mark(file));
            return null;
        }

        var bytes = utf8 is [0xEF, 0xBB, 0xBF, ..] ? utf8[3..] : utf8;
        if (!Utf8.IsValid(bytes))
        {
            problems.Add(YamlDiagnostics.InvalidUtf8(PlaceOfInvalidByte(file, bytes)));
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes);
        var control = IndexOfControl(text);
        if (control >= 0)
        {
            problems.Add(YamlDiagnostics.ControlCharacter(PlaceOf(file, text.AsSpan(0, control)), text[control]));
            return null;
        }

        return text;
    }

    private static int IndexOfControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            // YAML 1.2 §5.1, and no byte order mark inside the text.
            if (text[i] is (< ' ' and not ('\t' or '\n' or '\r')) or '\x7F' or '\uFEFF')
            {
                return i;
            }
        }

        return -1;
    }

    private static SourceSpan PlaceOfInvalidByte(string file, ReadOnlySpan<byte> bytes)
    {
        var valid = 0;
        while (valid < bytes.Length && Rune.DecodeFromUtf8(bytes[valid..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            valid += consumed;
        }

        return PlaceOf(file, Encoding.UTF8.GetString(bytes[..valid]));
    }

    private static SourceSpan PlaceOf(string file, ReadOnlySpan<char> before) =>
        new(file, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
}
