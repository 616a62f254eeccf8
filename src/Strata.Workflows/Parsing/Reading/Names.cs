namespace Strata.Workflows.Parsing.Reading;

/// <summary>What ids and names may look like.</summary>
internal static class Names
{
    public const int IdLengthMax = 100;

    /// <summary>Letters, digits, - and _; not starting with a digit or '-'.</summary>
    public static bool IsId(string id)
    {
        if (id.Length is 0 or > IdLengthMax || !(char.IsAsciiLetter(id[0]) || id[0] == '_'))
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>GitHub keeps ids that begin with __ for itself.</summary>
    public static bool IsReserved(string id) => id.StartsWith("__", StringComparison.Ordinal);

    /// <summary>What execve takes and a shell can show; GitHub allows more than shells do, as '-' and '.'.</summary>
    public static bool IsVariable(string name)
    {
        foreach (var c in name)
        {
            if (c == '=' || char.IsWhiteSpace(c) || char.IsControl(c))
            {
                return false;
            }
        }

        return name.Length > 0;
    }

    /// <summary>Names of images and caches: one path segment, fit for a command line.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > IdLengthMax || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
