using System.IO.Compression;
using System.Text;
using Strata.Layers.Entries;

namespace Strata.Layers.Archives;

/// <summary>Entries become a zip, Info-ZIP's way: the upper half of the external attributes is <c>st_mode</c>.</summary>
internal static class ZipWriting
{
    private const uint TypeFile = 0x8000, TypeDirectory = 0x4000, TypeSymlink = 0xa000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What the DOS format can say; seconds are even.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    public static async Task<long> WriteAsync(IEntrySource source, Stream target, CancellationToken cancellationToken)
    {
        var leftOut = 0L;
        var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, Utf8, cancellationToken).ConfigureAwait(false);
        await using (zip.ConfigureAwait(false))
        {
            while (await source.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (entry.Path.Length == 0)
                {
                    continue;
                }

                if (TypeOf(entry.Kind) is not { } type)
                {
                    leftOut++;
                    continue;
                }

                await WriteAsync(zip, entry, type, source, cancellationToken).ConfigureAwait(false);
            }
        }

        return leftOut;
    }

    private static async Task WriteAsync(ZipArchive zip, LayerEntry entry, uint type, IEntrySource source, CancellationToken cancellationToken)
    {
        var name = NameOf(entry.Path);
        var member = zip.CreateEntry(entry.Kind is EntryKind.Directory ? $"{name}/" : name, entry.Kind is EntryKind.File ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
        member.ExternalAttributes = (int)((type | entry.Mode) << 16);
        member.LastWriteTime = TimeOf(entry.Modified);
        if (entry.Kind is EntryKind.Directory)
        {
            return;
        }

        var content = await member.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            if (entry.Kind is EntryKind.Symlink)
            {
                await content.WriteAsync(entry.Link, cancellationToken).ConfigureAwait(false);
                return;
            }

            while (await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                await content.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static uint? TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => TypeFile,
        EntryKind.Directory => TypeDirectory,
        EntryKind.Symlink => TypeSymlink,
        _ => null,
    };

    private static string NameOf(byte[] path)
    {
        try
        {
            return Utf8.GetString(path);
        }
        catch (DecoderFallbackException e)
        {
            throw new HostileArchiveException($"{LayerEntry.Shown(path)} is not UTF-8: a zip cannot hold the name.", ArchiveFault.Unsupported, e);
        }
    }

    private static DateTimeOffset TimeOf(Timestamp time) =>
        time.Seconds < Earliest.ToUnixTimeSeconds() ? Earliest
        : time.Seconds > Latest.ToUnixTimeSeconds() ? Latest
        : DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
}
