namespace Strata.Storage.Tests.Faults;

/// <summary>What happens to one request on its way.</summary>
public enum Fault
{
    None,

    /// <summary>500, without reaching the server.</summary>
    InternalError,

    /// <summary>503 SlowDown, without reaching the server.</summary>
    SlowDown,

    /// <summary>409, without reaching the server.</summary>
    Conflict,

    /// <summary>412, without reaching the server.</summary>
    PreconditionFailed,

    /// <summary>403, without reaching the server.</summary>
    Forbidden,

    /// <summary>The connection is reset when the request begins.</summary>
    ResetAtStart,

    /// <summary>The connection is reset in the middle of the request's body.</summary>
    ResetInRequest,

    /// <summary>The server does it all, and the connection is reset before its answer.</summary>
    LoseAnswer,

    /// <summary>The request is read to its half, and then nothing happens.</summary>
    StallRequest,

    /// <summary>The answer comes to its half, and then nothing more.</summary>
    StallAnswer,

    /// <summary>The answer ends at its half.</summary>
    ShortAnswer,

    /// <summary>A bit of the answer's body is another.</summary>
    CorruptAnswer,

    /// <summary>A bit of the request's body is another.</summary>
    CorruptRequest,

    /// <summary>Everything in small pieces, with pauses.</summary>
    Slow,
}
