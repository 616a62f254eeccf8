namespace Strata.Core.Tasks;

/// <summary>One after the other for each key, within this process. Holds nothing for keys that nobody is at.</summary>
public sealed class Turns<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Place> _places = []; // its lock guards the counts

    /// <returns>Dispose: the next.</returns>
    public async ValueTask<IDisposable> EnterAsync(TKey key, CancellationToken cancellationToken)
    {
        Place? place;
        lock (_places)
        {
            if (!_places.TryGetValue(key, out place))
            {
                _places.Add(key, place = new());
            }

            place.Count++;
        }

        try
        {
            await place.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, place);
            throw;
        }

        return new Turn(this, key, place);
    }

    private void Leave(TKey key, Place place)
    {
        lock (_places)
        {
            if (--place.Count == 0)
            {
                _places.Remove(key);
            }
        }
    }

    private sealed class Place
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public int Count { get; set; }
    }

    private sealed class Turn(Turns<TKey> turns, TKey key, Place place) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                place.Gate.Release();
                turns.Leave(key, place);
            }
        }
    }
}
