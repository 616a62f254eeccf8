using System.Runtime.InteropServices;
using System.Text.Json;

namespace Strata.Caching.Explain;

/// <summary>In how many places manifests differ from one: as <see cref="ManifestDifference"/> counts them, at a fraction of its cost, to choose whom to compare with.</summary>
internal sealed class ManifestDistance : IDisposable
{
    private readonly JsonDocument? _wanted;

    public ManifestDistance(string wanted) => _wanted = Parse(wanted);

    /// <returns>Null: one of them is no JSON object.</returns>
    public int? To(string manifest)
    {
        using var found = _wanted is null ? null : Parse(manifest);
        if (found is null)
        {
            return null;
        }

        var (count, isOtherKey) = (0, false);
        foreach (var (name, one, other) in Pairs(_wanted!.RootElement, found.RootElement))
        {
            if (name == "key")
            {
                isOtherKey = !AreSame(one, other);
            }
            else if (!AreSame(one, other))
            {
                count += Difference(one, other);
            }
        }

        return count == 0 && isOtherKey ? 1 : count;
    }

    public void Dispose() => _wanted?.Dispose();

    private static JsonDocument? Parse(string manifest)
    {
        try
        {
            var document = JsonDocument.Parse(manifest);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
        }

        return null;
    }

    private static int Difference(JsonElement? one, JsonElement? other)
    {
        if ((one ?? other)!.Value.ValueKind is not JsonValueKind.Object || (other ?? one)!.Value.ValueKind is not JsonValueKind.Object)
        {
            return 1;
        }

        return one is { } left && other is { } right ? Pairs(left, right).Count(static pair => !AreSame(pair.One, pair.Other)) : (one ?? other)!.Value.GetPropertyCount();
    }

    /// <summary>Members of both by name, in one pass: canonical JSON has them in order.</summary>
    private static IEnumerable<(string Name, JsonElement? One, JsonElement? Other)> Pairs(JsonElement one, JsonElement other)
    {
        using var left = one.EnumerateObject();
        using var right = other.EnumerateObject();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : string.CompareOrdinal(left.Current.Name, right.Current.Name);
            yield return (order <= 0 ? left.Current.Name : right.Current.Name, order <= 0 ? left.Current.Value : null, order >= 0 ? right.Current.Value : null);
            hasLeft = order <= 0 ? left.MoveNext() : hasLeft;
            hasRight = order >= 0 ? right.MoveNext() : hasRight;
        }
    }

    private static bool AreSame(JsonElement? one, JsonElement? other) =>
        one is { } left && other is { } right && JsonMarshal.GetRawUtf8Value(left).SequenceEqual(JsonMarshal.GetRawUtf8Value(right));
}
