using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Strata.Core;

/// <summary>SHA-256 of content, written <c>sha256:</c> + 64 lowercase hex digits (OCI image-spec, descriptor.md).</summary>
public readonly record struct Digest : ISpanParsable<Digest>, IComparable<Digest>
{
    private readonly UInt128 _high, _low; // two fields, not byte[32]: no allocation, equality for free

    private Digest(ReadOnlySpan<byte> hash) =>
        (_high, _low) = (BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));

    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new(hash);
    }

    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes ? new(hash) : throw new ArgumentException("Expected 32 bytes.", nameof(hash));

    /// <summary>Writes the 32 raw bytes.</summary>
    public void CopyTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt128BigEndian(hash, _high);
        BinaryPrimitives.WriteUInt128BigEndian(hash[16..], _low);
    }

    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Digest result)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var parsed = s is ['s', 'h', 'a', '2', '5', '6', ':', .. { Length: 64 } hex]
            && !hex.ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(hex, hash, out _, out _) == OperationStatus.Done;
        result = parsed ? new Digest(hash) : default;
        return parsed;
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result) =>
        TryParse(s.AsSpan(), provider, out result);

    public static Digest Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not a digest.");

    public static Digest Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <summary>64 hex digits, without the algorithm: file and object names.</summary>
    public string Hex => $"{_high:x32}{_low:x32}";

    /// <summary>The first 12 hex digits: for people.</summary>
    public string Short => Hex[..12];

    public int CompareTo(Digest other) => _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"sha256:{Hex}";
}
