using Strata.Core.Diagnostics;

namespace Strata.Images.Capturing;

/// <summary>Why a step of a definition cannot be run: STR3173 to STR3179. What it may not store: <see cref="Layers.Secrets.SecretDiagnostics"/>.</summary>
internal static class CaptureDiagnostics
{
    public static Diagnostic NoSuchShell(string shell, SourceSpan at) =>
        new("STR3173", Severity.Error, $"'{shell}' is no shell.", at, "Write bash, sh, python, or a command with {0} for the script's path, as in: shell: perl {0}");

    public static Diagnostic NoSuchUser(string user, SourceSpan at) =>
        new("STR3174", Severity.Error, $"The image has no user or group '{user}' at this step.", at,
            "Make it in a step before (run: useradd NAME), or write numbers: user: 1000:1000");
}
