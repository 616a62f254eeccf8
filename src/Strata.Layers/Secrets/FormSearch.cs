using System.Text;
using Strata.Core.Secrets;

namespace Strata.Layers.Secrets;

/// <summary>Forms of secrets, searched at once. Immutable.</summary>
internal sealed class FormSearch
{
    private readonly PatternSet _patterns;
    private readonly Dictionary<string, (string Secret, string Form)> _owners = new(StringComparer.Ordinal); // by the form's bytes, as Latin-1

    /// <param name="forms">Of several secrets with one form the first owns it.</param>
    public FormSearch(IEnumerable<(string Secret, SecretForm Form)> forms)
    {
        var all = new List<byte[]>();
        foreach (var (secret, form) in forms)
        {
            if (_owners.TryAdd(Encoding.Latin1.GetString(form.Bytes), (secret, form.Name)))
            {
                all.Add(form.Bytes);
                LengthMax = Math.Max(LengthMax, form.Bytes.Length);
            }
        }

        _patterns = new(all);
    }

    public bool IsEmpty => _owners.Count == 0;

    /// <summary>Of the longest form.</summary>
    public int LengthMax { get; }

    /// <summary>Whose value a match is.</summary>
    public (string Secret, string Form) OwnerOf(ReadOnlySpan<byte> match) => _owners[Encoding.Latin1.GetString(match)];

    /// <summary>The next match at or after <paramref name="from"/>: the search goes on behind it.</summary>
    /// <param name="length">Of the match; 0: there is none.</param>
    /// <returns>Where it ends.</returns>
    public int Find(ReadOnlySpan<byte> text, int from, out int length)
    {
        length = 0;
        while (true)
        {
            from = _patterns.FindCandidate(text, from);
            if (from > text.Length - PatternSet.Window)
            {
                return text.Length;
            }

            var state = 0;
            do
            {
                state = _patterns.Next(state, text[from++]);
                if ((length = _patterns.MatchLength(state)) > 0)
                {
                    return from;
                }
            }
            while (state != 0 && from < text.Length);
        }
    }
}
