namespace Strata.Storage.Frames;

/// <summary>Buffers of about one size that go round: the shared pool would round 8 MiB and a bit up to 16, and keep as many as were ever wanted.</summary>
internal sealed class PartBuffers
{
    private const int IdleMax = 8;
    private const int Step = 1 << 20; // lengths differ a little: what one part had fits the next

    private readonly List<byte[]> _idle = []; // is its own lock

    /// <returns>At least so long, with whatever was in it.</returns>
    public byte[] Rent(int length)
    {
        lock (_idle)
        {
            var best = -1;
            for (var i = 0; i < _idle.Count; i++)
            {
                var size = _idle[i].Length;
                if (size >= length && size / 2 <= Math.Max(length, Step) && (best < 0 || size < _idle[best].Length))
                {
                    best = i;
                }
            }

            if (best >= 0)
            {
                var found = _idle[best];
                _idle.RemoveAt(best);
                return found;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length < Step ? length : checked((length + Step - 1) / Step * Step));
    }

    public void Return(byte[] buffer)
    {
        lock (_idle)
        {
            if (_idle.Count == IdleMax)
            {
                _idle.RemoveAt(0); // the longest unused
            }

            _idle.Add(buffer);
        }
    }
}
