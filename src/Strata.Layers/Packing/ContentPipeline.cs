using System.Threading.Channels;
using Strata.Layers.Erofs;

namespace Strata.Layers.Packing;

/// <summary>
/// Contents of a tree's files, whose names are in it: read and hashed on all cores, written in order by one. At most so many jobs are under way that memory stays
/// small; the first of them always has a reader, so the writer never waits in vain.
/// </summary>
internal sealed class ContentPipeline(Func<IContentSource> openSource, LayerBuilder builder, PagedList<PendingFile> files)
{
    private const int FilesMax = 128; // of a job: its attributes and digests are small
    private static readonly int Readers = Math.Max(Environment.ProcessorCount, 2);

    private readonly EntryTree _tree = builder.Tree;

    /// <summary>Attributes left out.</summary>
    public long AttributesDropped { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queue = Channel.CreateBounded<ReadJob>(Readers);
        var written = Channel.CreateBounded<ReadJob>(Readers * 2);
        var readers = Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadAsync(queue.Reader, stop.Token), CancellationToken.None)).ToArray();
        var planner = Task.Run(() => PlanAsync(queue.Writer, written.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var job in written.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await WriteAsync(job, stop.Token).ConfigureAwait(false);
            }

            await planner.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([planner, .. readers]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PlanAsync(ChannelWriter<ReadJob> queue, ChannelWriter<ReadJob> order, CancellationToken cancellationToken)
    {
        try
        {
            for (var first = 0; first < files.Count;)
            {
                var job = new ReadJob(first, CountFrom(first));
                await queue.WriteAsync(job, cancellationToken).ConfigureAwait(false);
                await order.WriteAsync(job, cancellationToken).ConfigureAwait(false);
                first += job.Count;
            }
        }
        finally
        {
            queue.Complete();
            order.Complete();
        }
    }

    /// <summary>Files from <paramref name="first"/> on that together fit one buffer; or one that has to be looked through for holes.</summary>
    private int CountFrom(int first)
    {
        var bytes = 0L;
        var count = 0;
        for (; count < FilesMax && first + count < files.Count; count++)
        {
            var size = _tree.InodeOf(files[first + count].Node).Size;
            bytes += ErofsFormat.BlocksOf(size) << ErofsFormat.BlockBits;
            if (size >= FileDataWriter.ChunkSize || bytes > FileContentReader.BufferSize)
            {
                break;
            }
        }

        return Math.Max(count, 1);
    }

    private async Task ReadAsync(ChannelReader<ReadJob> queue, CancellationToken cancellationToken)
    {
        var reader = new FileContentReader(openSource(), _tree, files);
        await foreach (var job in queue.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await reader.ReadAsync(job, cancellationToken).ConfigureAwait(false);
                job.Pieces.Writer.Complete();
            }
            catch (Exception e)
            {
                job.Pieces.Writer.Complete(e); // for the writer to throw
            }
        }

        lock (files) // guards the sum alone
        {
            AttributesDropped += reader.AttributesDropped;
        }
    }

    private async Task WriteAsync(ReadJob job, CancellationToken cancellationToken)
    {
        var firstSize = _tree.InodeOf(files[job.First].Node).Size;
        var isOne = job.Count == 1 && firstSize >= FileDataWriter.ChunkSize;
        if (isOne)
        {
            builder.BeginRead(firstSize);
        }

        await foreach (var (buffer, length) in job.Pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (isOne)
            {
                builder.Write(buffer.AsSpan(0, (int)Math.Min(length, firstSize)));
                firstSize -= length;
            }
            else
            {
                builder.WriteBatch(job, files, buffer.AsSpan(0, length));
            }

            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        if (isOne)
        {
            builder.EndRead(_tree.InodeIndexOf(files[job.First].Node), job.Contents[0]);
        }

        for (var i = 0; i < job.Count; i++)
        {
            if (job.Attributes[i].Count > 0)
            {
                _tree.SetAttributes(_tree.InodeIndexOf(files[job.First + i].Node), job.Attributes[i]);
            }
        }
    }
}
