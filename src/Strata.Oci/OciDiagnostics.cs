using Strata.Core.Diagnostics;

namespace Strata.Oci;

/// <summary>What goes wrong with registries and image archives: STR3130 to STR3149.</summary>
internal static class OciDiagnostics
{
    public static Diagnostic BadReference(string text, string problem, SourceSpan? at) =>
        new("STR3130", Severity.Error, $"'{Shown(text)}' is not an image reference: {problem}.", at,
            "Write [REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST], for example debian:bookworm or ghcr.io/owner/image:v1.");

    public static OciException NotFound(string what, string detail) =>
        Failed(OciFailure.NotFound, "STR3131", $"The registry has no {what}.", Lines(detail, "Check the spelling and the tag; a private repository may look absent without credentials."));

    public static OciException Unauthorized(string what, string detail, string? credentialNote) =>
        Failed(OciFailure.Unauthorized, "STR3132", $"The registry wants credentials for {what}, or does not accept those it got.",
            Lines(detail, credentialNote ?? "", "Log in with `docker login` or `podman login` as the user that runs strata; a repository that does not exist may be reported like this too."));

    public static OciException Denied(string what, string detail) =>
        Failed(OciFailure.Denied, "STR3133", $"The registry denies access to {what}.", Lines(detail, "Ask for the right to pull (or push) there, or log in as another user."));

    public static OciException RateLimited(string what, string detail) =>
        Failed(OciFailure.RateLimited, "STR3134", $"The registry limits requests: {what} was not answered.",
            Lines(detail, "Wait and run again; logged-in users often have a higher limit. Pinned images that are present need no request."));

    public static OciException Unavailable(string what, string reason, string help, Exception? cause = null) =>
        Failed(OciFailure.Unavailable, "STR3135", $"{what}: the registry did not answer: {reason}.", help, cause);

    public static OciException Refused(string what, string detail) =>
        Failed(OciFailure.Refused, "STR3136", $"The registry refused the request for {what}.", Lines(detail));

    public static OciException WrongContent(string what, string reason) =>
        Failed(OciFailure.InvalidContent, "STR3137", $"{what} is damaged: {reason}.", "Nothing of it was kept. Run again; if it stays, push the image again or use another tag.");

    public static OciException BadDocument(string what, string reason, Exception? cause = null) =>
        Failed(OciFailure.InvalidContent, "STR3138", $"The {what} cannot be used: {reason}.", "Make the image again with a current tool, or use another tag.", cause);

    public static OciException Unsupported(string what, string reason) =>
        Failed(OciFailure.Unsupported, "STR3139", $"{what} cannot be used as an image: {reason}.", "Use an image of the OCI or docker v2 schema 2 format with tar, gzip or zstd layers.");

    public static OciException NoPlatform(string what, string wanted, string offered) =>
        Failed(OciFailure.Unsupported, "STR3140", $"{what} is not made for {wanted}.", $"It is made for: {offered}. Use another tag or image.");

    public static OciException Insecure(string url, string why) =>
        Failed(OciFailure.Refused, "STR3141", $"{Shown(url)} is not contacted: {why}.", "Use https. A host that has only plain http can be allowed by name as an insecure registry.");

    public static OciException BadArchive(string reason, Exception? cause = null) =>
        Failed(OciFailure.InvalidContent, "STR3142", $"This is not an image archive that can be used: {reason}.", "Make it with `strata image export`, `docker save`, `podman save` or `skopeo copy … oci-archive:FILE`.", cause);

    public static OciException WhichImage(string wanted, string offered) =>
        Failed(OciFailure.NotFound, "STR3143", $"The archive does not say which image is meant by {wanted}.", $"Name one of: {offered}.");

    /// <summary>Text from outside, fit for a terminal: no control characters, not long.</summary>
    internal static string Shown(string text)
    {
        const int LengthMax = 300;
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

    private static OciException Failed(OciFailure failure, string code, string message, string help, Exception? cause = null) =>
        new(failure, new Diagnostic(code, Severity.Error, message, null, help.Length == 0 ? null : help), cause);

    private static string Lines(params ReadOnlySpan<string> lines)
    {
        var text = "";
        foreach (var line in lines)
        {
            text = line.Length == 0 ? text : text.Length == 0 ? line : $"{text}\n{line}";
        }

        return text;
    }
}
