using System.Diagnostics;
using Strata.Layers.Entries;

namespace Strata.Layers.Tar;

/// <summary>
/// Writes ustar members, with a pax header before those it cannot describe. Nothing but the entries decides the bytes: no times, names or numbers of this host.
/// </summary>
internal sealed class TarWriter(Stream target)
{
    private const int BlocksAtEnd = 2;

    private readonly byte[] _header = new byte[TarHeader.Length];
    private long _expected;
    private long _written;

    public async ValueTask WriteAsync(LayerEntry entry, CancellationToken cancellationToken)
    {
        Debug.Assert(_written == _expected);
        (_written, _expected) = (0, entry.Size);
        byte[] name = entry.Kind is not EntryKind.Directory ? entry.Path : entry.Path.Length == 0 ? "./"u8.ToArray() : [.. entry.Path, (byte)'/'];
        if (PaxRecordWriter.For(entry, name) is { Length: > 0 } records)
        {
            FillHeader("PaxHeaders/entry"u8, 'x', 0x1a4, 0, 0, records.Length, 0, [], 0, 0);
            await target.WriteAsync(_header, cancellationToken).ConfigureAwait(false);
            await target.WriteAsync(records, cancellationToken).ConfigureAwait(false);
            await PadAsync(records.Length, cancellationToken).ConfigureAwait(false);
        }

        FillHeader(
            name, TypeOf(entry.Kind), entry.Mode, entry.User, entry.Group, entry.Size, Math.Max(entry.Modified.Seconds, 0), entry.Link, entry.DeviceMajor, entry.DeviceMinor);
        await target.WriteAsync(_header, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Of the file written last; together as long as its size.</summary>
    public async ValueTask WriteContentAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await target.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        _written += content.Length;
        if (_written == _expected)
        {
            await PadAsync(_expected, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The end mark.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await target.WriteAsync(new byte[BlocksAtEnd * TarHeader.Length], cancellationToken).ConfigureAwait(false);
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask PadAsync(long length, CancellationToken cancellationToken) =>
        target.WriteAsync(new byte[(int)(-length & (TarHeader.Length - 1))], cancellationToken);

    /// <summary>What does not fit is cut off: then a pax record says it.</summary>
    private void FillHeader(
        ReadOnlySpan<byte> name, char type, uint mode, uint user, uint group, long size, long seconds, ReadOnlySpan<byte> link, uint major, uint minor)
    {
        var header = _header.AsSpan();
        header.Clear();
        name[..Math.Min(name.Length, PaxRecordWriter.NameMax)].CopyTo(header);
        Octal(header.Slice(100, 8), mode);
        Octal(header.Slice(108, 8), user);
        Octal(header.Slice(116, 8), group);
        Octal(header.Slice(124, 12), size);
        Octal(header.Slice(136, 12), seconds);
        header.Slice(148, 8).Fill((byte)' ');
        header[156] = (byte)type;
        link[..Math.Min(link.Length, PaxRecordWriter.NameMax)].CopyTo(header[157..]);
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        Octal(header.Slice(329, 8), major);
        Octal(header.Slice(337, 8), minor);
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Octal(header.Slice(148, 7), sum);
    }

    /// <summary>Digits and a NUL; too many: zeros.</summary>
    private static void Octal(Span<byte> field, long value)
    {
        var digits = field.Length - 1;
        var fits = value >> (3 * digits) == 0;
        for (var i = digits - 1; i >= 0; i--)
        {
            field[i] = (byte)('0' + (fits ? value & 7 : 0));
            value >>= 3;
        }

        field[digits] = 0;
    }

    private static char TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => '0',
        EntryKind.HardLink => '1',
        EntryKind.Symlink => '2',
        EntryKind.CharacterDevice => '3',
        EntryKind.BlockDevice => '4',
        EntryKind.Directory => '5',
        EntryKind.Fifo => '6',
        _ => throw new UnreachableException(),
    };
}
