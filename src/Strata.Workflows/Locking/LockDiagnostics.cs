using Strata.Core.Diagnostics;

namespace Strata.Workflows.Locking;

/// <summary>What is wrong in a lock file: STR3150 to STR3156.</summary>
internal static class LockDiagnostics
{
    private const string Again = "Only `strata image update` writes this file: restore it from version control, or delete it and run `strata image update`.";

    public static Diagnostic WrongKind(SourceSpan at, string what, string expected, string found) =>
        Error("STR3150", $"{what} must be {expected}, found {found}.", at, Again);

    public static Diagnostic UnknownFormat(SourceSpan at, string? found) =>
        Error("STR3151", found is null ? "The lock file does not say its format." : $"The lock file has the format '{Shown(found)}', which this version does not know.", at,
            $"It begins with: format: {ImageLock.Format}. A newer strata may have written it; else: {Again}");

    public static Diagnostic UnknownKey(SourceSpan at, string key, string known) =>
        Error("STR3152", $"The lock file has an unknown key '{Shown(key)}'.", at, $"Known here: {known}. {Again}");

    public static Diagnostic BadDigest(SourceSpan at, string reference, string? found) =>
        Error("STR3153", found is null ? $"The pin of '{Shown(reference)}' has no digest." : $"'{Shown(found)}' is no digest.", at,
            $"A digest is sha256: and 64 lower-case hex digits. {Again}");

    public static Diagnostic BadReference(SourceSpan at, string reference, string why) =>
        Error("STR3154", $"'{Shown(reference)}' is nothing that can be pinned: {Shown(why)}", at,
            $"Pins are for references of images (debian:bookworm) and for debootstrap:SUITE, as the workflow writes them. {Again}");

    public static Diagnostic BadPackage(SourceSpan at, string text) =>
        Error("STR3155", $"'{Shown(text)}' is no package and version.", at, $"Write name=version. {Again}");

    public static Diagnostic TooMuch(SourceSpan at, string what) =>
        Error("STR3156", $"The lock file is too large: {what}.", at, Again);

    private static Diagnostic Error(string code, string message, SourceSpan at, string help) => new(code, Severity.Error, message, at, help);

    private static string Shown(string text)
    {
        const int LengthMax = 120;
        var cut = text.Length > LengthMax ? string.Concat(text.AsSpan(0, LengthMax), "…") : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) || source[i] is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e')
                    or (>= '\u2066' and <= '\u2069') ? '\ufffd' : source[i];
            }
        });
    }
}
