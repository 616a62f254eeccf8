using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Strata.Core;

namespace Strata.Layers.Sources;

/// <summary>What a workspace was when its layer was made (docs/format/source-record.md).</summary>
/// <param name="Contents">Of each file and each link's target; else default.</param>
/// <param name="LookedAtSeconds">Since 1970: before the first stamp was taken.</param>
internal sealed record SourceRecord(Digest Layer, SourceState State, Digest[] Contents, long LookedAtSeconds)
{
    private const long SizeMax = 1L << 30;
    private const int ChecksumSize = 16; // against damage: the file is this host's own
    private const int DigestSize = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "strata.source/2\n"u8;

    /// <summary>Null: there is none, or it is damaged or of another version. Then the layer is made again.</summary>
    public static SourceRecord? Find(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= SizeMax } ? Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Save(string path) => SaveFile(path, ToBytes());

    /// <summary>In one rename. Not made durable: a lost one costs a layer's making.</summary>
    internal static void SaveFile(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    internal byte[] ToBytes()
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
        {
            Write(writer, Layer);
            writer.Write(LookedAtSeconds);
            writer.Write(State.Blocks.Count);
            foreach (var block in State.Blocks)
            {
                writer.Write(block.Prefix);
                Write(writer, block.Listing);
                writer.Write(block.Directories.Count);
                foreach (var name in block.Directories)
                {
                    writer.Write(name);
                }
            }

            writer.Write(State.Names.Count);
            writer.Write(State.Names.Paths.Length);
            writer.Write(State.Names.Paths);
            writer.Write(State.Names.Implied);
            writer.Write(State.StampBytes);
            foreach (var content in Contents)
            {
                Write(writer, content);
            }
        }

        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        var file = new byte[Magic.Length + ChecksumSize + bytes.Length];
        Magic.CopyTo(file);
        XxHash128.Hash(bytes, file.AsSpan(Magic.Length));
        bytes.CopyTo(file.AsSpan(Magic.Length + ChecksumSize));
        return file;
    }

    internal static SourceRecord? Parse(byte[] file)
    {
        var start = Magic.Length + ChecksumSize;
        if (file.Length < start || !file.AsSpan().StartsWith(Magic))
        {
            return null;
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        XxHash128.Hash(file.AsSpan(start), checksum);
        if (!checksum.SequenceEqual(file.AsSpan(Magic.Length, ChecksumSize)))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(file, start, file.Length - start), Encoding.UTF8);
        try
        {
            return Read(reader);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static SourceRecord? Read(BinaryReader reader)
    {
        var layer = ReadDigest(reader);
        var lookedAt = reader.ReadInt64();
        var blocks = new List<SourceBlock>();
        for (var i = reader.ReadInt32(); i > 0; i--)
        {
            var (prefix, listing) = (reader.ReadString(), ReadDigest(reader));
            var directories = new List<string>();
            for (var n = reader.ReadInt32(); n > 0; n--)
            {
                directories.Add(reader.ReadString());
            }

            blocks.Add(new(prefix, listing, directories));
        }

        var (count, pathBytes) = (reader.ReadInt32(), reader.ReadInt32());
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (count < 0 || pathBytes < 0 || left != pathBytes + ((long)count * (1 + SourceStamp.SizeBytes + DigestSize)))
        {
            return null;
        }

        if (SourceNames.Parse(reader.ReadBytes(pathBytes), reader.ReadBytes(count)) is not { } names)
        {
            return null;
        }

        var stamps = new SourceStamp[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(stamps.AsSpan()));
        var contents = new Digest[count];
        for (var i = 0; i < count; i++)
        {
            contents[i] = ReadDigest(reader);
        }

        return new(layer, new(blocks, names, stamps), contents, lookedAt);
    }

    private static void Write(BinaryWriter writer, Digest digest)
    {
        Span<byte> hash = stackalloc byte[DigestSize];
        digest.CopyTo(hash);
        writer.Write(hash);
    }

    private static Digest ReadDigest(BinaryReader reader)
    {
        Span<byte> hash = stackalloc byte[DigestSize];
        reader.BaseStream.ReadExactly(hash);
        return Digest.FromHash(hash);
    }
}
