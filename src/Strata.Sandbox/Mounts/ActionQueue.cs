namespace Strata.Sandbox.Mounts;

/// <summary>What one thread is to do, in order. Whoever waits sleeps at once: the framework's collections spin first, and take from a start the core that it works on.</summary>
internal sealed class ActionQueue(int lengthMax)
{
    private readonly Queue<Action?> _actions = []; // also the lock that guards it

    /// <summary>Waits for room.</summary>
    /// <param name="action">Null: the end.</param>
    public void Add(Action? action)
    {
        lock (_actions)
        {
            while (_actions.Count >= lengthMax)
            {
                Monitor.Wait(_actions);
            }

            _actions.Enqueue(action);
            Monitor.PulseAll(_actions);
        }
    }

    public Action? Take()
    {
        lock (_actions)
        {
            while (_actions.Count == 0)
            {
                Monitor.Wait(_actions);
            }

            var action = _actions.Dequeue();
            Monitor.PulseAll(_actions);
            return action;
        }
    }
}
