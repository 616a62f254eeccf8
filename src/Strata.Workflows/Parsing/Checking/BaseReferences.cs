using Strata.Workflows.Model;

namespace Strata.Workflows.Parsing.Checking;

/// <summary><c>from:</c> of images, and references in <c>image:</c>.</summary>
public static class BaseReferences
{
    private const int LengthMax = 512;

    /// <summary>For texts known only during a run too (an <c>image:</c> with expressions).</summary>
    /// <returns>The reference, or why the text is none, as a clause.</returns>
    public static (BaseReference? Reference, string? Problem) Parse(string text)
    {
        if (text.StartsWith("debootstrap:", StringComparison.Ordinal))
        {
            var suite = text["debootstrap:".Length..];
            return IsSuite(suite) ? (new BaseReference.Debootstrap(suite), null) : (null, "after debootstrap: comes the name of a suite, as bookworm.");
        }

        if (text.StartsWith("rootfs:", StringComparison.Ordinal))
        {
            var path = text["rootfs:".Length..];
            return path.Length > 0 && !path.Contains('\0') ? (new BaseReference.RootFs(path), null) : (null, "after rootfs: comes the path of a tar file.");
        }

        if (text.StartsWith("images.", StringComparison.Ordinal) && text.Length > "images.".Length)
        {
            return (new BaseReference.Definition(text["images.".Length..]), null);
        }

        return OciProblem(text) is { } problem ? (null, problem) : (new BaseReference.Oci(text), null);
    }

    /// <summary>A coarse check of [host[:port]/]path[:tag][@digest]; the registry client parses it in full.</summary>
    internal static string? OciProblem(string text)
    {
        if (text.Length is 0 or > LengthMax)
        {
            return "it is empty or too long.";
        }

        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '@' or '[' or ']'))
            {
                return $"the character '{c}' cannot occur in a reference.";
            }
        }

        if (!char.IsAsciiLetterOrDigit(text[0]) && text[0] != '[')
        {
            return "a reference starts with a letter or a digit.";
        }

        var name = text.AsSpan(0, text.IndexOf('@') is >= 0 and var at ? at : text.Length);
        var path = name[(name.IndexOf('/') + 1)..];
        var tag = path.LastIndexOf(':');
        return (tag < 0 ? path : path[..tag]).ContainsAnyInRange('A', 'Z') ? "the name of a repository has lower-case letters only." : null;
    }

    private static bool IsSuite(string suite)
    {
        foreach (var c in suite)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            {
                return false;
            }
        }

        return suite.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(suite[0]);
    }
}
