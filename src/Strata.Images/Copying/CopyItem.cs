using System.Text;
using Strata.Core.Diagnostics;
using Strata.Core.Globs;
using Strata.Images.Recipes;

namespace Strata.Images.Copying;

/// <summary>One thing of a step's <c>from</c>.</summary>
/// <param name="Text">As written.</param>
/// <param name="Pattern">Relative to the root of what is copied from.</param>
internal sealed record CopyItem(string Text, GlobPattern Pattern, SourceSpan At)
{
    /// <summary>The path itself, or the deepest fixed directory of a pattern: all that it matches is below.</summary>
    public byte[] Path => Encoding.UTF8.GetBytes(Pattern.SearchPath);

    /// <summary>The last name of a path, as the user writes it.</summary>
    public byte[] Name => Encoding.UTF8.GetBytes(Pattern.SearchPath[(Pattern.SearchPath.LastIndexOf('/') + 1)..]);

    /// <exception cref="UserErrorException">Some of the step's paths and patterns are none: all are named.</exception>
    public static (IReadOnlyList<CopyItem> Items, IReadOnlyList<GlobPattern> Exclude) Parse(RecipeStep.Copy step, bool fromWorkspace)
    {
        var problems = new List<Diagnostic>();
        var items = new List<CopyItem>(step.From.Count);
        foreach (var (text, at) in step.From)
        {
            if (Parse(text, at, fromWorkspace, problems) is { } pattern)
            {
                items.Add(new(text, pattern, at));
            }
        }

        var exclude = new List<GlobPattern>(step.Exclude.Count);
        foreach (var text in step.Exclude)
        {
            if (Parse(text, step.At, fromWorkspace, problems) is { } pattern)
            {
                exclude.Add(pattern.AsExclusion(true));
            }
        }

        return problems.Count == 0 ? (items, exclude) : throw new UserErrorException(problems);
    }

    /// <summary>What is taken away of what is found below a directory: patterns relative to it.</summary>
    /// <param name="directory">As the user writes it.</param>
    public static List<GlobPattern> Beneath(string directory, IReadOnlyList<GlobPattern> patterns)
    {
        var beneath = new List<GlobPattern>();
        foreach (var pattern in patterns)
        {
            beneath.AddRange(pattern.Beneath(directory));
        }

        return beneath;
    }

    private static GlobPattern? Parse(string text, SourceSpan at, bool fromWorkspace, List<Diagnostic> problems)
    {
        var (pattern, problem) = GlobPattern.Parse(text, fromWorkspace ? null : "/"); // of an image, a path from its root may begin with a slash
        var why = problem?.Message
            ?? (pattern!.IsExclusion ? "it begins with '!'. What is not to be copied is named by `exclude`."
                : text.Contains('\0') ? "it contains a NUL character."
                : null);
        if (why is not null)
        {
            problems.Add(CopyDiagnostics.BadPattern(text, why, at));
        }

        return why is null ? pattern : null;
    }
}
