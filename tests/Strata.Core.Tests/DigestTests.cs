using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Strata.Core.Tests;

public class DigestTests
{
    private const string Hello = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Theory]
    [InlineData(Hello, true)]
    [InlineData("sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824", false)]
    [InlineData("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982g", false)]
    [InlineData("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982", false)]
    [InlineData("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b98240", false)]
    [InlineData("SHA256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", false)]
    [InlineData("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", false)]
    [InlineData(" sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_the_canonical_text_is_a_digest(string? text, bool valid)
    {
        Digest.TryParse(text, null, out var digest).ShouldBe(valid);
        (digest == default).ShouldBe(!valid);
        if (valid)
        {
            digest.ShouldBe(Digest.Of("hello"u8));
            digest.ToString().ShouldBe(text);
        }
    }

    [Fact]
    public void Parse_says_what_is_no_digest() => Should.Throw<FormatException>(() => Digest.Parse("nope", null)).Message.ShouldContain("nope");

    [Fact]
    public void Names_are_hex() => (Digest.Of("hello"u8).Short, Digest.Of("hello"u8).Hex).ShouldBe(("2cf24dba5fb0", Hello[7..]));

    [Fact]
    public void A_hash_has_32_bytes() => Should.Throw<ArgumentException>(() => Digest.FromHash(new byte[31]));

    [Fact]
    public void Bytes_text_and_order_agree() => Prop.ForAll<byte[], byte[]>((a, b) =>
    {
        var (x, y) = (Digest.Of(a), Digest.Of(b));
        var bytes = new byte[32];
        x.CopyTo(bytes);
        return bytes.AsSpan().SequenceEqual(SHA256.HashData(a))
            && Digest.FromHash(bytes) == x
            && Digest.Parse(x.ToString(), null) == x
            && Math.Sign(x.CompareTo(y)) == Math.Sign(string.CompareOrdinal(x.Hex, y.Hex))
            && x < y == string.CompareOrdinal(x.Hex, y.Hex) < 0
            && x >= y == string.CompareOrdinal(x.Hex, y.Hex) >= 0;
    }).QuickCheckThrowOnFailure();
}
