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
    /// <summary>As printed and stored: <c>never-saved</c>.</summary>
    public static string NameOf(this OutcomeClass outcome) => outcome switch
    {
        OutcomeClass.Hit => "hit",
        OutcomeClass.Partial => "partial",
        OutcomeClass.NeverSaved => "never-saved",
        OutcomeClass.Evicted => "evicted",
        OutcomeClass.Expired => "expired",
        OutcomeClass.Scope => "scope",
        OutcomeClass.Identity => "identity",
        OutcomeClass.Input => "input",
        OutcomeClass.Env => "env",
        OutcomeClass.Command => "command",
        OutcomeClass.Revoked => "revoked",
        OutcomeClass.Quarantined => "quarantined",
        _ => "error",
    };
}
