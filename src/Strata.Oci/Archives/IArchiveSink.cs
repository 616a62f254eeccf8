using System.Text;
using Strata.Core;

namespace Strata.Oci.Archives;

/// <summary>Where an archive is written, file by file.</summary>
internal interface IArchiveSink
{
    ValueTask AddDirectoryAsync(string path, CancellationToken cancellationToken);

    /// <param name="content">Exactly <paramref name="size"/> bytes.</param>
    ValueTask AddFileAsync(string path, long size, Stream content, CancellationToken cancellationToken);
}

/// <summary>A tar stream: the same files in the same order are the same bytes.</summary>
internal sealed class TarSink(Stream output) : IArchiveSink
{
    private static readonly byte[] Zeros = new byte[2 * TarHeader.Length];

    public ValueTask AddDirectoryAsync(string path, CancellationToken cancellationToken) => WriteHeaderAsync(path + "/", 0, isDirectory: true, cancellationToken);

    public async ValueTask AddFileAsync(string path, long size, Stream content, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(path, size, isDirectory: false, cancellationToken).ConfigureAwait(false);
        await content.CopyToAsync(output, 128 << 10, cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(Zeros.AsMemory(0, (int)(-size & (TarHeader.Length - 1))), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await output.WriteAsync(Zeros, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteHeaderAsync(string name, long size, bool isDirectory, CancellationToken cancellationToken)
    {
        var block = new byte[TarHeader.Length];
        TarHeader.Write(block, name, size, isDirectory);
        await output.WriteAsync(block, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A directory. A file appears under its name when it is whole.</summary>
internal sealed class DirectorySink(string root) : IArchiveSink
{
    public ValueTask AddDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(root, path));
        return ValueTask.CompletedTask;
    }

    public async ValueTask AddFileAsync(string path, long size, Stream content, CancellationToken cancellationToken)
    {
        var target = Path.Combine(root, path);
        var temporary = $"{target}.{Digest.Of(Encoding.UTF8.GetBytes(target)).Short}.tmp";
        try
        {
            var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 });
            await using (file.ConfigureAwait(false))
            {
                await content.CopyToAsync(file, 128 << 10, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
