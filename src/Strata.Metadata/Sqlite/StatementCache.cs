namespace Strata.Metadata.Sqlite;

/// <summary>
/// Compiled statements of one connection, by their text, while nobody uses them: compiling one costs more than most take to run. The same text may be in use more than once.
/// </summary>
internal sealed class StatementCache
{
    private const int CountMax = 200; // a module's statements are few; who composes texts does not fill the memory

    private readonly Dictionary<string, nint> _idle = new(StringComparer.Ordinal);

    /// <returns>0: it is to be compiled.</returns>
    public nint Take(string sql) => _idle.Remove(sql, out var statement) ? statement : 0;

    /// <summary>It is neither running nor has values afterwards.</summary>
    public void Return(string sql, nint statement)
    {
        _ = Sqlite3.Reset(statement); // repeats how it ended: told then
        _ = Sqlite3.ClearBindings(statement);
        if (_idle.Count >= CountMax || !_idle.TryAdd(sql, statement))
        {
            _ = Sqlite3.CloseStatement(statement);
        }
    }

    public void Clear()
    {
        foreach (var statement in _idle.Values)
        {
            _ = Sqlite3.CloseStatement(statement);
        }

        _idle.Clear();
    }
}
