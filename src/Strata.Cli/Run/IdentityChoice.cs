using Strata.Core.Diagnostics;
using Strata.Core.Identity;

namespace Strata.Cli.Run;

/// <summary>On whose behalf a local run acts: options first, then what is checked out (DESIGN §7).</summary>
internal static class IdentityChoice
{
    private const int NameLengthMax = 100;

    /// <param name="branch">The branch checked out, or null.</param>
    public static RunIdentity Choose(
        string? org, string? repo, string? reference, string? trust, string? baseRef, string? defaultBranch,
        string? branch, string? commit, string workspace, List<Diagnostic> problems)
    {
        var fullDefault = RunIdentity.FullRef(defaultBranch ?? "main");
        var fullRef = RunIdentity.FullRef(reference ?? branch ?? "main");
        CheckRef("--default-branch", fullDefault, problems);
        CheckRef("--ref", fullRef, problems);
        if (baseRef is not null)
        {
            CheckRef("--base", baseRef, problems);
        }

        return new()
        {
            Organization = CheckName("--org", org ?? RunIdentity.DefaultOrganization, problems),
            Repository = repo is null ? NameOf(workspace) : CheckName("--repo", repo, problems),
            Ref = fullRef,
            Trust = ParseTrust(trust, fullRef, fullDefault, problems),
            BaseRef = baseRef is null ? null : RunIdentity.FullRef(baseRef),
            DefaultBranch = fullDefault,
            Commit = commit,
        };
    }

    private static Trust ParseTrust(string? text, string fullRef, string fullDefault, List<Diagnostic> problems)
    {
        switch (text)
        {
            case null:
                return RunIdentity.DefaultTrust(fullRef, fullDefault);
            case "protected":
                return Trust.Protected;
            case "internal":
                return Trust.Internal;
            case "fork":
                return Trust.Fork;
            default:
                problems.Add(CliDiagnostics.BadOption("--trust", text, "protected, internal or fork"));
                return Trust.Fork;
        }
    }

    private static string NameOf(string workspace)
    {
        var characters = Path.GetFileName(workspace.TrimEnd('/')).ToCharArray();
        foreach (ref var c in characters.AsSpan())
        {
            c = IsNameCharacter(c) ? c : '-';
        }

        var name = new string(characters);
        return name.Trim('.').Length == 0 ? "workspace" : name[..Math.Min(NameLengthMax, name.Length)];
    }

    private static string CheckName(string option, string name, List<Diagnostic> problems)
    {
        if (name.Length is 0 or > NameLengthMax || !IsName(name) || name.Trim('.').Length == 0)
        {
            problems.Add(CliDiagnostics.BadOption(option, name, $"letters, digits, '.', '_' and '-', at most {NameLengthMax}"));
        }

        return name;
    }

    /// <summary>The rules of git-check-ref-format that keep a ref one line of plain path segments.</summary>
    private static void CheckRef(string option, string reference, List<Diagnostic> problems)
    {
        var isBad = reference.Length > 255
            || HasRefused(reference)
            || reference.Contains("..", StringComparison.Ordinal)
            || reference.Contains("//", StringComparison.Ordinal)
            || reference.EndsWith('/') || reference.EndsWith('.') || reference.EndsWith(".lock", StringComparison.Ordinal);
        if (isBad)
        {
            problems.Add(CliDiagnostics.BadOption(option, reference, "a git ref such as main, refs/tags/v1 or refs/pull/7/merge"));
        }
    }

    /// <summary>A loop: making a set of characters to search for costs a start ten milliseconds.</summary>
    private static bool HasRefused(string reference)
    {
        foreach (var c in reference)
        {
            if (char.IsControl(c) || c is ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\')
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsName(string name)
    {
        foreach (var c in name)
        {
            if (!IsNameCharacter(c))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
