using System.Text;
using Strata.Core;

namespace Strata.Layers.Store;

/// <summary>Whose layers: a directory of their own for each organization. Public bases belong to nobody.</summary>
public readonly record struct LayerOrg
{
    private const string PublicName = "_public";
    private const int LengthMax = 64;

    private readonly string? _name;

    private LayerOrg(string name) => _name = name;

    public static LayerOrg Public { get; } = new(PublicName);

    /// <summary>The directory's name.</summary>
    public string Name => _name ?? PublicName;

    /// <summary>Accepts 1 to 64 of <c>a-z 0-9 - . _</c>, a letter or digit first: nothing that is more than one name of a directory.</summary>
    public static bool TryParse(string text, out LayerOrg org)
    {
        var valid = text.Length is > 0 and <= LengthMax && char.IsAsciiLetterOrDigit(text[0]);
        foreach (var character in text)
        {
            valid &= char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '.' or '_';
        }

        org = valid ? new(text) : default;
        return valid;
    }

    /// <summary>An organization whose name is no directory's is one by its digest; so is a name that could be taken for such a digest.</summary>
    public static LayerOrg Of(string organization) =>
        TryParse(organization, out var org) && organization.Length < LengthMax ? org : new(Digest.Of(Encoding.UTF8.GetBytes(organization)).Hex);

    public static LayerOrg Parse(string text) => TryParse(text, out var org) ? org : throw new FormatException($"'{text}' is no name of an organization.");

    /// <summary>The directory of this name, or null: something else lies there.</summary>
    internal static LayerOrg? OfDirectory(string name) => name == PublicName ? Public : TryParse(name, out var org) ? org : null;

    public override string ToString() => Name;
}
