using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Layers.Differences;

/// <summary>Layers that are mounted together.</summary>
/// <param name="Layers">Bottom first.</param>
public sealed record Snapshot(IReadOnlyList<Digest> Layers)
{
    private const string Format = "strata.snapshot/1";

    /// <summary>Of the canonical JSON <c>{"format":"strata.snapshot/1","layers":["sha256:…",…]}</c>.</summary>
    public Digest Digest { get; } = CanonicalJson.DigestOf(new JsonObject
    {
        ["format"] = Format,
        ["layers"] = new JsonArray([.. Layers.Select(static l => (JsonNode)JsonValue.Create(l.ToString()))]),
    });

    public Snapshot With(Digest top) => new([.. Layers, top]);

    public bool Equals(Snapshot? other) => other is not null && Layers.SequenceEqual(other.Layers);

    public override int GetHashCode() => Digest.GetHashCode();
}
