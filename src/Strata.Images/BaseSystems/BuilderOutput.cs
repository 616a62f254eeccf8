using Strata.Oci.Content;

namespace Strata.Images.BaseSystems;

/// <summary>
/// A builder's archive. Its end counts only if the builder succeeded: reading it otherwise throws the builder's own reason, so that a
/// half-made base is never taken for a whole one.
/// </summary>
internal sealed class BuilderOutput(BuilderProcess builder, Func<Exception> explain) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await builder.Output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 && await builder.Ended.WaitAsync(cancellationToken).ConfigureAwait(false) != 0)
        {
            builder.Cancellation.ThrowIfCancellationRequested(); // which has killed it, whoever reads here: there is nothing to explain
            throw explain();
        }

        return count;
    }
}
