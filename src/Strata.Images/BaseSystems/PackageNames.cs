using System.Buffers;
using Strata.Core.Diagnostics;

namespace Strata.Images.BaseSystems;

/// <summary>
/// What may reach a command line: names as Debian's policy has them (§5.6.1, §5.6.12), nothing that could be taken for an option.
/// </summary>
internal static class PackageNames
{
    private const int LengthMax = 200;
    private const int CountMax = 2000;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+.-");
    private static readonly SearchValues<char> VersionCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:~*");

    /// <summary>All problems at once; empty if it can be built.</summary>
    public static IReadOnlyList<Diagnostic> Check(BaseImage.Debootstrap image)
    {
        var problems = new List<Diagnostic>();
        if (!IsName(image.Suite))
        {
            problems.Add(ImageDiagnostics.BadSuite(image.Suite, image.At));
        }

        for (var i = 0; i < image.Packages.Count; i++)
        {
            if (i == CountMax || !IsPackage(image.Packages[i]))
            {
                problems.Add(ImageDiagnostics.BadPackage(image.Packages[i], image.At));
            }

            if (i == CountMax)
            {
                break;
            }
        }

        return problems;
    }

    /// <summary>Sorted, each once: two spellings of one list are one base.</summary>
    public static string[] Canonical(IReadOnlyList<string> packages)
    {
        var sorted = new SortedSet<string>(packages, StringComparer.Ordinal);
        var result = new string[sorted.Count];
        sorted.CopyTo(result);
        return result;
    }

    private static bool IsPackage(ReadOnlySpan<char> package)
    {
        var equals = package.IndexOf('=');
        if (equals >= 0)
        {
            var version = package[(equals + 1)..];
            if (version.IsEmpty || version[0] == '-' || version.ContainsAnyExcept(VersionCharacters))
            {
                return false;
            }

            package = package[..equals];
        }

        var colon = package.IndexOf(':');
        return colon < 0 ? IsName(package) : IsName(package[..colon]) && IsName(package[(colon + 1)..]);
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= LengthMax && char.IsAsciiLetterOrDigit(name[0]) && !name.ContainsAnyExcept(NameCharacters)
        && !name.EndsWith('-'); // apt reads 'vim-' as "remove vim"
}
