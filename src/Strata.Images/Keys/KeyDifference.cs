using System.Text.Json.Nodes;

namespace Strata.Images.Keys;

/// <summary>An input of a layer that is not what it was.</summary>
/// <param name="Input">In words: <c>command</c>, <c>env NODE_ENV</c>.</param>
/// <param name="Before">For people, on one line; null: it was not there.</param>
/// <param name="After">As <paramref name="Before"/>; null: it is not there any more.</param>
public sealed record KeyChange(string Input, string? Before, string? After)
{
    public override string ToString() => $"{Input}: {Before ?? "none"} → {After ?? "none"}";
}

/// <summary>Why two steps have not the same key.</summary>
internal static class KeyDifference
{
    /// <returns>In the order a user thinks of them; empty: the keys are the same.</returns>
    public static IReadOnlyList<KeyChange> Between(JsonObject before, JsonObject after) => [];
}
