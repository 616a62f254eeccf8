namespace Strata.Metadata.Leases;

/// <summary>What whoever holds a lease shows when it writes.</summary>
/// <param name="Name">Of what is leased: <c>attempt/RUN/JOB/1</c>.</param>
/// <param name="Number">Fencing token: each holder's is higher than all before, of any lease.</param>
public readonly record struct LeaseToken(string Name, long Number)
{
    /// <summary>Whether it is still its holder's, asked in the transaction that writes. One that ran out and that nobody took or removed still is.</summary>
    public bool IsHeld(SqlSession sql) => LeaseSql.IsHeld(sql, this);

    /// <summary>Ends it, whoever holds it: what that one still writes is refused.</summary>
    public void End(SqlSession sql) => LeaseSql.Remove(sql, this);
}
