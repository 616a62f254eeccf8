namespace Strata.Storage.Frames;

/// <summary>Codecs that go round among the parts of one transfer.</summary>
internal sealed class FrameCodecs : IDisposable
{
    private readonly Stack<FrameCodec> _idle = new(); // is its own lock, also for _isDisposed
    private bool _isDisposed;

    public FrameCodec Take()
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_idle.TryPop(out var codec))
            {
                return codec;
            }
        }

        return new();
    }

    public void Return(FrameCodec codec)
    {
        lock (_idle)
        {
            if (!_isDisposed)
            {
                _idle.Push(codec);
                return;
            }
        }

        codec.Dispose();
    }

    public void Dispose()
    {
        lock (_idle)
        {
            _isDisposed = true;
            while (_idle.TryPop(out var codec))
            {
                codec.Dispose();
            }
        }
    }
}
