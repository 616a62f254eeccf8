using Strata.Oci.Documents;

namespace Strata.Oci.Content;

/// <summary>Bytes to be sent, which may be asked for again after a failure.</summary>
/// <param name="Descriptor">What they are; held against what is read.</param>
/// <param name="OpenAsync">Opens them from an offset in bytes; the caller disposes the stream.</param>
public sealed record BlobSource(Descriptor Descriptor, Func<long, CancellationToken, ValueTask<Stream>> OpenAsync)
{
    /// <summary>Bytes in memory.</summary>
    public static BlobSource Of(string mediaType, ReadOnlyMemory<byte> content) => Of(Descriptor.Of(mediaType, content.Span), content);

    public static BlobSource Of(Descriptor descriptor, ReadOnlyMemory<byte> content)
    {
        var bytes = content.ToArray();
        return new(descriptor, (offset, _) => ValueTask.FromResult<Stream>(new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false)));
    }

    public static BlobSource OfFile(Descriptor descriptor, string path) => new(descriptor, (offset, _) =>
    {
        var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        file.Position = offset;
        return ValueTask.FromResult<Stream>(file);
    });
}
