using System.Threading.Channels;
using Strata.Core.Diagnostics;

namespace Strata.Execution.Events;

/// <summary>
/// Brings events from many jobs to one observer: one at a time, in the order they were published. A slow observer slows those who publish.
/// An observer that throws gets nothing more; the run goes on and the exception comes out of <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class EventPump : IAsyncDisposable
{
    private const int Capacity = 1024; // events

    private static readonly object End = new();

    private readonly Channel<object> _channel = Channel.CreateBounded<object>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly IRunObserver _observer;
    private readonly Task _consumer;
    private volatile bool _hasEnded;

    public EventPump(IRunObserver observer)
    {
        _observer = observer;
        _consumer = Task.Run(ConsumeAsync);
    }

    /// <summary>Never cancelled: an event that is dropped would be missing in the record. The consumer always drains.</summary>
    /// <exception cref="ChannelClosedException">The pump was disposed.</exception>
    public ValueTask PublishAsync(RunEvent e) => WriteAsync(e);

    /// <inheritdoc cref="PublishAsync(RunEvent)"/>
    public ValueTask PublishAsync(Diagnostic diagnostic) => WriteAsync(diagnostic);

    /// <summary>Returns when the observer knows.</summary>
    public async ValueTask TakeTerminalAsync(bool isTaken)
    {
        await WriteAsync(isTaken).ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Returns when the observer has seen everything published before.</summary>
    public async ValueTask DrainAsync()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(seen).ConfigureAwait(false);
        await Task.WhenAny(seen.Task, _consumer).ConfigureAwait(false); // which may end just now
    }

    /// <summary>Told by an item: a channel that is completed makes an exception of it, which loads its text.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_hasEnded)
        {
            await _channel.Writer.WriteAsync(End, CancellationToken.None).ConfigureAwait(false);
        }

        await _consumer.ConfigureAwait(false);
    }

    private ValueTask WriteAsync(object item) =>
        _hasEnded ? ValueTask.FromException(new ChannelClosedException()) : _channel.Writer.WriteAsync(item, CancellationToken.None);

    private async Task ConsumeAsync()
    {
        Exception? failure = null;
        while (await _channel.Reader.ReadAsync().ConfigureAwait(false) is var item && item != End)
        {
            if (item is TaskCompletionSource seen)
            {
                seen.SetResult();
                continue;
            }

            if (failure is null)
            {
                failure = Deliver(item);
            }
        }

        _hasEnded = true;
        while (_channel.Reader.TryRead(out _))
        {
            // Who waits for room is let go.
        }

        if (failure is not null)
        {
            throw new InvalidOperationException("The observer of the run failed.", failure);
        }
    }

    private Exception? Deliver(object item)
    {
        try
        {
            if (item is RunEvent e)
            {
                _observer.On(e);
            }
            else if (item is Diagnostic diagnostic)
            {
                _observer.On(diagnostic);
            }
            else if (item is bool isTaken)
            {
                _observer.OnTerminal(isTaken);
            }

            return null;
        }
#pragma warning disable CA1031 // kept and thrown by DisposeAsync: the channel must drain first
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }
}
