namespace Strata.Caching.Explain;

/// <summary>Why a look-up came out as it did: one of these for each.</summary>
public enum OutcomeClass
{
    Hit,
    Partial,

    /// <summary>Nobody whose entries may be read ever saved a cache of this name.</summary>
    NeverSaved,

    Evicted,
    Expired,

    /// <summary>The entry exists where the reader may not look.</summary>
    Scope,

    /// <summary>The same name, for other paths, another user, platform or image.</summary>
    Identity,

    /// <summary>Another key: files or other inputs changed.</summary>
    Input,

    /// <summary>Another key: variables changed.</summary>
    Env,

    /// <summary>Another key: the command changed.</summary>
    Command,

    Revoked,
    Quarantined,

    /// <summary>The store failed, or what it held could not be used.</summary>
    Error,
}

public static class OutcomeClassNames
{
    private static readonly string[] Names =
        ["hit", "partial", "never-saved", "evicted", "expired", "scope", "identity", "input", "env", "command", "revoked", "quarantined", "error"];

    /// <summary>As printed and stored: <c>never-saved</c>.</summary>
    public static string NameOf(this OutcomeClass outcome) => Names[(int)outcome];

    public static OutcomeClass Parse(string name) => Array.IndexOf(Names, name) is var index and >= 0 ? (OutcomeClass)index : OutcomeClass.Error;
}
