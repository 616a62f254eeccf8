namespace Strata.Metadata;

/// <summary>A value of a statement: null, a 64-bit integer (truth is 0 or 1) or a text.</summary>
public readonly struct SqlValue
{
    private readonly string? _text;

    private SqlValue(Kinds kind, long integer, string? text) => (Kind, Integer, _text) = (kind, integer, text);

    internal enum Kinds
    {
        Null,
        Integer,
        Text,
    }

    internal Kinds Kind { get; }

    internal long Integer { get; }

    internal string Text => _text ?? "";

    public static implicit operator SqlValue(long value) => new(Kinds.Integer, value, null);

    public static implicit operator SqlValue(bool value) => new(Kinds.Integer, value ? 1 : 0, null);

    public static implicit operator SqlValue(string? value) => value is null ? default : new(Kinds.Text, 0, value);

    /// <summary>Milliseconds of Unix time.</summary>
    public static implicit operator SqlValue(DateTimeOffset value) => value.ToUnixTimeMilliseconds();
}
