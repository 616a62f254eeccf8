using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Strata.Core.Tests;

public sealed class SmallHashTests
{
    [Fact]
    public void A_small_hash_of_every_length_is_the_platforms()
    {
        var content = new byte[4 * 64 + 1];
        new Random(2).NextBytes(content);
        for (var length = 0; length <= content.Length; length++)
        {
            Small(content.AsSpan(0, length)).ShouldBe(SHA256.HashData(content.AsSpan(0, length)), $"{length} bytes");
        }
    }

    [Fact]
    public void A_small_hash_of_anything_is_the_platforms() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll<byte[]>(content => Small(content).AsSpan().SequenceEqual(SHA256.HashData(content))));

    [Theory]
    [InlineData(SmallHash.LengthMax)]
    [InlineData(SmallHash.LengthMax + 1)]
    [InlineData(SmallHash.LengthMaxAlone)]
    [InlineData(SmallHash.LengthMaxAlone + 1)]
    public void A_digest_is_the_same_whoever_hashes(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var hash = new byte[SHA256.HashSizeInBytes];
        Digest.Of(content).CopyTo(hash);
        hash.ShouldBe(SHA256.HashData(content));
        Small(content).ShouldBe(hash);
    }

    private static byte[] Small(ReadOnlySpan<byte> content)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        SmallHash.Of(content, hash);
        return hash;
    }
}
