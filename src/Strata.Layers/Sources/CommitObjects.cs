using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Strata.Core.Diagnostics;

namespace Strata.Layers.Sources;

/// <summary>Contents of a repository's objects, one after another, from one <c>git cat-file --batch</c>. Not for concurrent use.</summary>
internal sealed class CommitObjects : IAsyncDisposable
{
    private const int BufferSize = 128 << 10;
    private const int HeaderMax = 256;

    private readonly Process _git;
    private readonly string _repository;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;

    public CommitObjects(GitState git)
    {
        _repository = git.WorkTree;
        var start = GitProcess.Start(git, git.WorkTree, ["cat-file", "--batch"]);
        start.RedirectStandardInput = true;
        _git = Process.Start(start)!;
        _ = _git.StandardError.ReadToEndAsync();
    }

    /// <param name="id">Of a blob.</param>
    /// <returns>Its size; <see cref="ReadAsync"/> then gives all of it.</returns>
    public async ValueTask<long> OpenAsync(string id, CancellationToken cancellationToken)
    {
        await _git.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(id + "\n"), cancellationToken).ConfigureAwait(false);
        await _git.StandardInput.BaseStream.FlushAsync(cancellationToken).ConfigureAwait(false);
        int newline;
        while ((newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
        {
            if (_end - _start > HeaderMax || !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw Failed($"No answer about the object {id}.");
            }
        }

        var size = SizeOf(_buffer.AsSpan(_start, newline), id); // "<id> blob <size>"
        _start += newline + 1;
        return size;
    }

    /// <summary>At most <paramref name="left"/> bytes of the open object, until its end; valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long left, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            throw Failed("It ended inside an object.");
        }

        var piece = _buffer.AsMemory(_start, (int)Math.Min(left, _end - _start));
        _start += piece.Length;
        return piece;
    }

    /// <summary>Past the newline after an object.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if ((await ReadAsync(1, cancellationToken).ConfigureAwait(false)).Span[0] != (byte)'\n')
        {
            throw Failed("An object is longer than it said.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _git.StandardInput.Close(); // it ends then
        _git.Kill();
        await _git.WaitForExitAsync().ConfigureAwait(false);
        _git.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private long SizeOf(ReadOnlySpan<byte> header, string id)
    {
        var space = header.LastIndexOf((byte)' ');
        return space > 0 && header[..space].EndsWith(" blob"u8) && Utf8Parser.TryParse(header[(space + 1)..], out long size, out var used)
            && used == header.Length - space - 1 && size >= 0
            ? size
            : throw Failed($"The object {id} is missing or no file: {Encoding.UTF8.GetString(header)}");
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = await _git.StandardOutput.BaseStream.ReadAsync(_buffer.AsMemory(_end, BufferSize - _end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    private EnvironmentException Failed(string reason) => new(SourceDiagnostics.GitFailed(_repository, reason));
}
