using Strata.Core.Diagnostics;

namespace Strata.Images.Recipes;

/// <summary>One instruction of a recipe.</summary>
public abstract record RecipeStep(SourceSpan At)
{
    /// <summary>For people: one line.</summary>
    public abstract string Title { get; }

    /// <param name="Shell">As a workflow writes it; null: <see cref="DefaultShell"/>.</param>
    /// <param name="Args">Beside those of the recipe; the step names them all.</param>
    /// <param name="Secrets">Names: each a file below <c>/run/secrets</c> while the command runs.</param>
    public sealed record Run(
        string Command,
        string? Shell,
        IReadOnlyDictionary<string, string> Env,
        IReadOnlyDictionary<string, string> Args,
        IReadOnlyList<string> Secrets,
        bool Network,
        SourceSpan At) : RecipeStep(At)
    {
        /// <summary>What a step runs with that names no shell; one may name it, too.</summary>
        public const string DefaultShell = "sh -e";

        /// <summary>The command is ended after it; null: never.</summary>
        public TimeSpan? Timeout { get; init; }

        public override string Title => $"run {FirstLine(Command)}";
    }

    /// <param name="From">Paths or patterns, relative to the workspace or to the root of <paramref name="FromImage"/>.</param>
    /// <param name="To">With a final slash: a directory. Relative: from the working directory.</param>
    /// <param name="Mode">Permission bits for what is copied; null: as they are.</param>
    /// <param name="Owner"><c>USER</c> or <c>USER:GROUP</c>, names of the image or numbers; null: root.</param>
    /// <param name="FromImage">Null: the workspace.</param>
    public sealed record Copy(
        IReadOnlyList<CopyPattern> From,
        string To,
        IReadOnlyList<string> Exclude,
        uint? Mode,
        string? Owner,
        RecipeBase? FromImage,
        SourceSpan At) : RecipeStep(At)
    {
        public override string Title => $"copy {string.Join(", ", From.Select(f => f.Pattern))} to {To}";
    }

    public sealed record SetEnv(IReadOnlyDictionary<string, string> Values, SourceSpan At) : RecipeStep(At)
    {
        public override string Title => $"env {string.Join(", ", Values.Keys)}";
    }

    /// <param name="Path">Absolute.</param>
    public sealed record SetWorkingDirectory(string Path, SourceSpan At) : RecipeStep(At)
    {
        public override string Title => $"workdir {Path}";
    }

    public sealed record SetUser(string Name, SourceSpan At) : RecipeStep(At)
    {
        public override string Title => $"user {Name}";
    }

    private static string FirstLine(string command)
    {
        const int LengthMax = 60;
        var end = command.AsSpan().Trim().IndexOfAny('\r', '\n');
        var line = command.AsSpan().Trim();
        var first = end < 0 ? line : line[..end];
        return first.Length > LengthMax ? $"{first[..LengthMax]}…" : end < 0 ? first.ToString() : $"{first} …";
    }
}

/// <summary>What a copy takes, and where it is written.</summary>
public sealed record CopyPattern(string Pattern, SourceSpan At);
