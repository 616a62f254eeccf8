using System.IO.Compression;

namespace Strata.Layers.Compression;

/// <summary>Opens what is inside an archive file: its first bytes say how it is compressed, not its name.</summary>
public static class ArchiveContent
{
    /// <param name="source">At its start. Disposed with the result.</param>
    /// <exception cref="HostileArchiveException">Compressed with something else than gzip or zstd.</exception>
    /// <exception cref="DllNotFoundException">It is zstd and libzstd is missing.</exception>
    public static Stream Open(Stream source)
    {
        Span<byte> magic = stackalloc byte[6];
        var length = source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        magic = magic[..length];
        if (source.CanSeek)
        {
            source.Position -= length;
        }
        else
        {
            source = new PrefixedStream(magic.ToArray(), source);
        }

        if (magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return new GZipStream(source, CompressionMode.Decompress);
        }

        if (magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) || IsSkippableFrame(magic))
        {
            return new ZstdStream(source);
        }

        var other = magic switch
        {
            _ when magic.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a]) => "xz",
            _ when magic.StartsWith("BZh"u8) => "bzip2",
            _ when magic.StartsWith("PK"u8) => "zip",
            _ => null,
        };
        return other is null
            ? source
            : throw new HostileArchiveException($"The archive is compressed with {other}; gzip, zstd and plain tar are read.", ArchiveFault.Unsupported);
    }

    private static bool IsSkippableFrame(ReadOnlySpan<byte> magic) =>
        magic.Length >= 4 && (magic[0] & 0xf0) == 0x50 && magic[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18]);
}
