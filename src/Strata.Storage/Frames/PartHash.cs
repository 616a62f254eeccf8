using System.Security.Cryptography;

namespace Strata.Storage.Frames;

/// <summary>The hash that S3 names parts by; it proves nothing against an attacker, and is not asked to.</summary>
internal static class PartHash
{
#pragma warning disable CA5351 // the protocol's
    public static string Md5(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(content, hash);
        return Convert.ToHexStringLower(hash);
    }
#pragma warning restore CA5351
}
