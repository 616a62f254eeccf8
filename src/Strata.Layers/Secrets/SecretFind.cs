namespace Strata.Layers.Secrets;

/// <summary>Something secret in a layer.</summary>
/// <param name="Path">The name it belongs to, as jobs see it.</param>
/// <param name="Place">Where of that name.</param>
/// <param name="Line">Of a content, from 1; else 0.</param>
/// <param name="Secret">Which secret's value, or <see cref="Masked"/>; null: a credential that no one told us, of a known kind of file.</param>
/// <param name="Form">How the value is written, or what kind of file it is: for people.</param>
public sealed record SecretFind(byte[] Path, SecretPlace Place, long Line, string? Secret, string Form)
{
    /// <summary>In the place of a name: the value was masked by a step, so it has none.</summary>
    public const string Masked = "::add-mask::";
}

public enum SecretPlace
{
    Content,
    Name,
    LinkTarget,
    Attribute,
}
