namespace Strata.Images.BaseSystems;

/// <summary>
/// Where to fetch a suite from: the lines of the host's own apt configuration that are for it, or for the host's own release on the
/// same mirror; else the distribution's public mirror. Says where, never what: not part of any key, and not left in the image.
/// </summary>
internal static class AptSources
{
    private const string DebianMirror = "http://deb.debian.org/debian";
    private const string DebianSecurityMirror = "http://deb.debian.org/debian-security";
    private const string UbuntuMirror = "http://archive.ubuntu.com/ubuntu";

    private static readonly string[] UbuntuSuites =
        ["trusty", "xenial", "bionic", "focal", "jammy", "noble", "oracular", "plucky", "questing"];

    /// <param name="aptDirectory">/etc/apt.</param>
    /// <returns>One-line sources for the builder.</returns>
    public static IReadOnlyList<string> ForBuild(string suite, string aptDirectory)
    {
        var lines = new List<string>();
        foreach (var source in AptConfiguration.Read(aptDirectory))
        {
            if (IsOf(source.Suite, suite))
            {
                lines.Add(source.ToLine());
            }
        }

        // Without the suite itself, updates alone are no base.
        return lines.Exists(l => l.Contains($" {suite} ", StringComparison.Ordinal)) ? lines : ForImage(suite);
    }

    /// <summary>The public sources, as the image keeps them.</summary>
    public static IReadOnlyList<string> ForImage(string suite) => suite switch
    {
        _ when Array.IndexOf(UbuntuSuites, suite) >= 0 =>
        [
            $"deb {UbuntuMirror} {suite} main universe",
            $"deb {UbuntuMirror} {suite}-updates main universe",
            $"deb {UbuntuMirror} {suite}-security main universe",
        ],
        "sid" or "unstable" or "experimental" => [$"deb {DebianMirror} {suite} main"],
        _ =>
        [
            $"deb {DebianMirror} {suite} main",
            $"deb {DebianMirror} {suite}-updates main",
            $"deb {DebianSecurityMirror} {suite}-security main",
        ],
    };

    private static bool IsOf(string candidate, string suite) =>
        candidate == suite || candidate == $"{suite}-updates" || candidate == $"{suite}-security";
}
