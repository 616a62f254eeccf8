namespace Strata.Caching.Explain;

/// <summary>An input of a key that is not what it was.</summary>
/// <param name="Input">In words: <c>image</c>, <c>env NODE_ENV</c>, <c>hashFiles('package-lock.json')</c>.</param>
/// <param name="Before">For people, on one line; null: it was not there.</param>
/// <param name="After">As <paramref name="Before"/>; null: it is not there any more.</param>
public sealed record InputChange(string Input, string? Before, string? After)
{
    public override string ToString() => $"{Input}: {Before ?? "not set"} → {After ?? "not set"}";
}
