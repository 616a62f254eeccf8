namespace Strata.Storage.Frames;

/// <summary>Buffers of one size that go round: the shared pool would round 8 MiB and a bit up to 16.</summary>
internal sealed class PartBuffers
{
    private const int IdleMax = 8;

    private readonly Stack<byte[]> _idle = new(); // is its own lock

    /// <returns>At least so long, with whatever was in it.</returns>
    public byte[] Rent(int length)
    {
        lock (_idle)
        {
            if (_idle.TryPop(out var buffer) && buffer.Length >= length)
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    public void Return(byte[] buffer)
    {
        lock (_idle)
        {
            if (_idle.Count < IdleMax)
            {
                _idle.Push(buffer);
            }
        }
    }
}
