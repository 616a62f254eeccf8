using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Strata.Core;

/// <summary>SHA-256 of content, written <c>sha256:</c> + 64 lowercase hex digits (OCI image-spec, descriptor.md).</summary>
public readonly record struct Digest : ISpanParsable<Digest>, IComparable<Digest>
{
    // Fields, not byte[32]: no allocation, equality for free. Not UInt128: methods that take one are never compiled ahead.
    private readonly ulong _a, _b, _c, _d;

    private static long _largerBytes; // of contents beyond SmallHash.LengthMax, so far

    private Digest(ReadOnlySpan<byte> hash)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (content.Length <= SmallHash.LengthMax || Interlocked.Add(ref _largerBytes, content.Length) <= SmallHash.LengthMaxAlone)
        {
            SmallHash.Of(content, hash);
        }
        else
        {
            SHA256.HashData(content, hash);
        }

        return new(hash);
    }

    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes ? new(hash) : throw new ArgumentException("Expected 32 bytes.", nameof(hash));

    /// <summary>Writes the 32 raw bytes.</summary>
    public void CopyTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt64BigEndian(hash, _a);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(hash[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(hash[24..], _d);
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
    public string Hex
    {
        get
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            CopyTo(hash);
            return Convert.ToHexStringLower(hash);
        }
    }

    /// <summary>The first 12 hex digits: for people.</summary>
    public string Short => Hex[..12];

    public int CompareTo(Digest other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"sha256:{Hex}";
}
