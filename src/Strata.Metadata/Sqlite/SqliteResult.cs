namespace Strata.Metadata.Sqlite;

/// <summary>Primary result codes (https://sqlite.org/rescode.html): the low eight bits of what a call returns.</summary>
internal enum SqliteResult
{
    Ok = 0,
    Perm = 3,
    Busy = 5,
    Locked = 6,
    ReadOnly = 8,
    IoError = 10,
    Corrupt = 11,
    Full = 13,
    CannotOpen = 14,
    NotADatabase = 26,
    Row = 100,
    Done = 101,
}
