using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Strata.Oci.Archives;

/// <summary>
/// An image archive that is one tar file: read once for where its members are, then in place. Old `docker save` files name a layer
/// twice by a link; links are followed inside the archive only.
/// </summary>
internal sealed class TarFiles : IArchiveFiles
{
    private const int MembersMax = 100_000;
    private const int ExtensionBytesMax = 1 << 20;
    private const int HopsMax = 8;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);

    private TarFiles(SafeFileHandle file) => _file = file;

    /// <param name="LinkTarget">Of a link: the member it stands for.</param>
    private readonly record struct Member(long Offset, long Size, string? LinkTarget);

    /// <exception cref="OciException">It is no tar archive, or one that cannot be trusted.</exception>
    public static ValueTask<TarFiles> OpenAsync(string path, CancellationToken cancellationToken) =>
        OpenAsync(File.OpenHandle(path, options: FileOptions.Asynchronous), cancellationToken);

    /// <param name="file">Closed with the archive, also if there is none.</param>
    public static async ValueTask<TarFiles> OpenAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var files = new TarFiles(file);
        try
        {
            await files.ScanAsync(cancellationToken).ConfigureAwait(false);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public long? SizeOf(string path) => Find(path)?.Size;

    public Stream Open(string path) => Find(path) is { } member
        ? new FileSlice(_file, member.Offset, member.Size)
        : throw new FileNotFoundException("No such member.", path);

    public void Dispose() => _file.Dispose();

    private Member? Find(string path)
    {
        var name = ArchivePath.Normalize(path);
        for (var hops = 0; _members.TryGetValue(name, out var member); hops++)
        {
            if (member.LinkTarget is null)
            {
                return member;
            }

            name = hops < HopsMax ? member.LinkTarget : throw OciDiagnostics.BadArchive($"'{OciDiagnostics.Shown(path)}' is a link without end");
        }

        return null;
    }

    private async ValueTask ScanAsync(CancellationToken cancellationToken)
    {
        var length = RandomAccess.GetLength(_file);
        var block = new byte[TarHeader.Length];
        Extension extension = default;
        long position = 0;
        for (var members = 0; position + TarHeader.Length <= length; members++)
        {
            await ReadAsync(position, block, cancellationToken).ConfigureAwait(false);
            if (new TarHeader(block).IsZero)
            {
                return;
            }

            var (type, size) = Begin(block, members);
            var offset = position + TarHeader.Length;
            size = type is 'x' or 'g' or 'L' or 'K' ? size : extension.Size ?? size;
            if (size > length - offset)
            {
                throw OciDiagnostics.BadArchive("it is cut off");
            }

            if (type is 'x' or 'g' or 'L' or 'K')
            {
                await ExtendAsync(type, offset, size, value => extension = value(extension), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                Add(block, type, offset, size, extension);
                extension = default;
            }

            position = offset + ((size + TarHeader.Length - 1) & -TarHeader.Length);
        }

        throw OciDiagnostics.BadArchive(position == 0 ? "it is too short for a tar archive" : "it has no end mark");
    }

    private static (char Type, long Size) Begin(byte[] block, int members)
    {
        var header = new TarHeader(block);
        if (!header.HasRightChecksum || header.Size is not { } size)
        {
            throw OciDiagnostics.BadArchive(members > 0 ? "one of its headers is damaged"
                : block is [0x1f, 0x8b, ..] or [0x28, 0xb5, 0x2f, 0xfd, ..] ? "it is compressed; unpack it to a plain .tar first"
                : "it is no tar archive");
        }

        return members < MembersMax ? (header.Type, size) : throw OciDiagnostics.BadArchive($"it has more than {MembersMax} members");
    }

    private void Add(byte[] block, char type, long offset, long size, Extension extension)
    {
        var header = new TarHeader(block);
        var name = ArchivePath.Normalize(extension.Path ?? header.Name);
        if (type is '1' or '2' or '5' && size != 0)
        {
            throw OciDiagnostics.BadArchive($"'{OciDiagnostics.Shown(name)}' has content, though it is no file"); // readers differ in where it ends
        }

        switch (type)
        {
            case '0' or '7':
                _members[name] = new(offset, size, null);
                break;
            case '1':
                _members[name] = new(0, 0, ArchivePath.Normalize(extension.Link ?? header.Link));
                break;
            case '2':
                _members[name] = new(0, 0, ArchivePath.Resolve(name, extension.Link ?? header.Link));
                break;
            case '5':
                break;
            default:
                throw OciDiagnostics.BadArchive($"'{OciDiagnostics.Shown(name)}' is neither a file nor a directory");
        }
    }

    private readonly record struct Extension(string? Path, string? Link, long? Size);

    private async ValueTask ExtendAsync(char type, long offset, long size, Action<Func<Extension, Extension>> change, CancellationToken cancellationToken)
    {
        var text = size <= ExtensionBytesMax ? new byte[size] : throw OciDiagnostics.BadArchive("an extended header is too large");
        await ReadAsync(offset, text, cancellationToken).ConfigureAwait(false);
        switch (type)
        {
            case 'L':
                change(extension => extension with { Path = Encoding.UTF8.GetString(text).TrimEnd('\0') });
                break;
            case 'K':
                change(extension => extension with { Link = Encoding.UTF8.GetString(text).TrimEnd('\0') });
                break;
            case 'x':
                change(extension => ReadPax(text, extension));
                break;
            default:
                break; // what holds for all members says nothing about one
        }
    }

    /// <summary>Records <c>LENGTH NAME=VALUE\n</c>, the length counting all of it.</summary>
    private static Extension ReadPax(ReadOnlySpan<byte> text, Extension extension)
    {
        while (text.Length > 0)
        {
            var blank = text.IndexOf((byte)' ');
            if (blank is <= 0 or > 10 || !int.TryParse(text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= blank + 1 || length > text.Length || text[length - 1] != '\n' || text[(blank + 1)..(length - 1)].IndexOf((byte)'=') is not (> 0 and var equals))
            {
                throw OciDiagnostics.BadArchive("an extended header is damaged");
            }

            var record = text[(blank + 1)..(length - 1)];
            var value = Encoding.UTF8.GetString(record[(equals + 1)..]);
            var name = Encoding.UTF8.GetString(record[..equals]);
            extension = name switch
            {
                "path" => extension with { Path = value },
                "linkpath" => extension with { Link = value },
                "size" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) => extension with { Size = size },
                _ when name == "size" || name.StartsWith("GNU.sparse.", StringComparison.Ordinal) => throw OciDiagnostics.BadArchive("an extended header is of a kind that is not supported"),
                _ => extension,
            };
            text = text[length..];
        }

        return extension;
    }

    private async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(_file, buffer, offset, cancellationToken).ConfigureAwait(false);
            offset += read;
            buffer = read > 0 ? buffer[read..] : throw OciDiagnostics.BadArchive("it is cut off");
        }
    }
}
