namespace Strata.Images.BaseSystems;

/// <summary>
/// A builder's archive. Its end counts only if the builder succeeded: reading it otherwise throws the builder's own reason, so that a
/// half-made base is never taken for a whole one.
/// </summary>
internal sealed class BuilderOutput(BuilderProcess builder, Func<Exception> explain) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await builder.Output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 && await builder.Ended.WaitAsync(cancellationToken).ConfigureAwait(false) != 0)
        {
            throw explain();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>For the few bytes that tell how an archive is compressed.</summary>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
