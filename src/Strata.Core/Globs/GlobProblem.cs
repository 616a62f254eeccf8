namespace Strata.Core.Globs;

/// <summary>Why a text is no pattern.</summary>
/// <param name="Pattern">As written.</param>
/// <param name="Message">One sentence.</param>
public sealed record GlobProblem(string Pattern, string Message);
