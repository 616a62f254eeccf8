using System.Buffers;
using System.Text;
using Strata.Core.Secrets;

namespace Strata.Execution.Masking;

/// <summary>
/// The secrets of a run, in all their forms. Only grows. Safe for concurrent use: readers take an immutable set, so a mask counts from the
/// next line on, in every job of the run.
/// </summary>
public sealed class SecretMasker
{
    public const int FormsSizeMax = 4 << 20; // bytes over all forms: what a job can make us hold by add-mask

    private readonly Lock _lock = new(); // guards _forms, _all, _values and _size; Patterns is replaced whole
    private readonly HashSet<string> _forms = new(StringComparer.Ordinal); // as Latin-1: a set of byte strings
    private readonly List<byte[]> _all = [];
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private int _size;
    private volatile PatternSet? _patterns; // null: none yet, and perhaps never

    public static ReadOnlySpan<byte> Mask => "***"u8;

    public PatternSet Patterns => _patterns ?? PatternSet.Empty;

    /// <summary>The values that are masked by now.</summary>
    public IReadOnlyCollection<string> Values
    {
        get
        {
            lock (_lock)
            {
                return [.. _values];
            }
        }
    }

    /// <summary>Adds values at once (one build of the search structure).</summary>
    /// <returns>What became of each value that is not masked.</returns>
    public MaskOutcome Add(params ReadOnlySpan<string> values)
    {
        var outcome = MaskOutcome.Masked;
        lock (_lock)
        {
            var before = _all.Count;
            foreach (var value in values)
            {
                var forms = SecretForms.Of(value);
                if (forms.Count == 0)
                {
                    outcome = outcome == MaskOutcome.Masked ? MaskOutcome.TooShort : outcome;
                }

                foreach (var form in forms)
                {
                    if (_size + form.Length > FormsSizeMax)
                    {
                        outcome = MaskOutcome.TooMany;
                    }
                    else if (_forms.Add(Encoding.Latin1.GetString(form)))
                    {
                        _all.Add(form);
                        _size += form.Length;
                        _values.Add(value); // one without a form of its own is found with another
                    }
                }
            }

            if (_all.Count > before)
            {
                _patterns = new PatternSet(_all);
            }
        }

        return outcome;
    }

    /// <summary>Masks a text that is whole; of any number of lines.</summary>
    public string MaskText(string text)
    {
        if (_patterns is null || text.Length < SecretForms.LengthMin)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var masked = new ArrayBufferWriter<byte>(bytes.Length);
        var result = new MaskStream(this).MaskLine(bytes, masked);
        return result == bytes.AsSpan() ? text : Encoding.UTF8.GetString(result);
    }

    public bool ContainsSecret(string text) => !ReferenceEquals(MaskText(text), text);
}

public enum MaskOutcome
{
    Masked,

    /// <summary>Under <see cref="SecretForms.LengthMin"/> bytes.</summary>
    TooShort,

    /// <summary><see cref="SecretMasker.FormsSizeMax"/> is reached.</summary>
    TooMany,
}
