using System.Text;
using Strata.Core;

namespace Strata.Layers.Differences;

/// <summary>Layers that are mounted together.</summary>
/// <param name="Layers">Bottom first.</param>
public sealed record Snapshot(IReadOnlyList<Digest> Layers)
{
    /// <summary>Of the canonical JSON <c>{"format":"strata.snapshot/1","layers":["sha256:…",…]}</c>.</summary>
    public Digest Digest { get; } = DigestOf(Layers);

    public Snapshot With(Digest top) => new([.. Layers, top]);

    public bool Equals(Snapshot? other) => other is not null && Layers.SequenceEqual(other.Layers);

    public override int GetHashCode() => Digest.GetHashCode();

    /// <summary>Written by hand: nothing in it needs an escape, and each step of each build wants one.</summary>
    private static Digest DigestOf(IReadOnlyList<Digest> layers)
    {
        var text = new StringBuilder("""{"format":"strata.snapshot/1","layers":[""");
        for (var i = 0; i < layers.Count; i++)
        {
            text.Append(i == 0 ? "\"" : ",\"").Append(layers[i].ToString()).Append('"');
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.Append("]}").ToString()));
    }
}
