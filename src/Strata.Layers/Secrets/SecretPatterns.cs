using Strata.Core.Secrets;

namespace Strata.Layers.Secrets;

/// <summary>All forms of all secrets. Immutable.</summary>
internal sealed class SecretPatterns
{
    private readonly List<string> _tooShort = [];

    public SecretPatterns(IReadOnlyDictionary<string, string> secrets, IReadOnlyCollection<string> masked)
    {
        var names = new List<string>(secrets.Keys);
        names.Sort(StringComparer.Ordinal);
        var all = new List<(string Secret, SecretForm Form)>();
        foreach (var name in names)
        {
            var forms = SecretForms.InFiles(secrets[name], SecretGate.LengthMin);
            if (forms.Count == 0)
            {
                _tooShort.Add(name);
            }

            all.AddRange(forms.Select(form => (name, form)));
        }

        foreach (var value in masked)
        {
            all.AddRange(SecretForms.InFiles(value, SecretGate.LengthMin).Select(static form => (SecretFind.Masked, form)));
        }

        All = new(all);
        Base64 = new(all.Where(static owned => owned.Form.Name == SecretForms.Base64 && EncodedAlphabet.Base64.HasAll(owned.Form.Bytes)));
        Hex = new(all.Where(static owned => owned.Form.Name == SecretForms.Hex && EncodedAlphabet.Hex.HasAll(owned.Form.Bytes)));
    }

    public IReadOnlyList<string> TooShort => _tooShort;

    public bool IsEmpty => All.IsEmpty;

    public FormSearch All { get; }

    /// <summary>The forms of which a text may break the lines.</summary>
    public FormSearch Base64 { get; }

    /// <inheritdoc cref="Base64"/>
    public FormSearch Hex { get; }

    /// <summary>Bytes of what was read that a match may begin in: of hex two characters a digit, for what stands between.</summary>
    public int KeptMax => Math.Max(All.LengthMax, 2 * Hex.LengthMax);
}
