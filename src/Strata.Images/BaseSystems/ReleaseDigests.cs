using Strata.Core;

namespace Strata.Images.BaseSystems;

/// <summary>
/// Which state of a mirror a base system was made from: the digests of the signed lists apt read, told by the builder on its stderr as
/// <c>strata-release HEX HOST_PATH_dists_SUITE_InRelease</c>.
/// </summary>
internal sealed class ReleaseDigests
{
    private const string Mark = "strata-release ";

    private readonly Dictionary<string, string> _bySuite = new(StringComparer.Ordinal);

    /// <summary>A shell command for the builder's hook; it stands in the new system's root.</summary>
    public const string Command =
        "for f in var/lib/apt/lists/*_Release var/lib/apt/lists/*_InRelease; do if [ -e \"$f\" ]; then echo \"" + Mark + "$(sha256sum < \"$f\" | cut -c1-64) ${f##*/}\" >&2; fi; done";

    public IReadOnlyDictionary<string, string> BySuite => _bySuite;

    /// <returns>False: the line says something else.</returns>
    public bool Read(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
        {
            return false;
        }

        if (line[Mark.Length..].Split(' ', 2) is [var hex, var file]
            && file.LastIndexOf("_dists_", StringComparison.Ordinal) is > 0 and var at
            && file.LastIndexOf('_') is var end && end > at + "_dists_".Length
            && Digest.TryParse($"sha256:{hex}", null, out var digest))
        {
            _bySuite[file[(at + "_dists_".Length)..end]] = digest.ToString(); // InRelease comes last, and counts
        }

        return true;
    }
}
