namespace Strata.Layers;

/// <summary>Why an archive is refused: what the user can do differs.</summary>
public enum ArchiveFault
{
    /// <summary>It would write outside of its own tree, or is built to be read differently by different readers.</summary>
    Unsafe,

    /// <summary>Cut off, a wrong checksum, or no archive at all.</summary>
    Damaged,

    /// <summary>Over a limit of <see cref="TreeImportLimits"/> or of Linux.</summary>
    TooLarge,

    /// <summary>Legal, but not something Strata reads (sparse members, multi-volume archives).</summary>
    Unsupported,
}

/// <summary>An archive that is refused; the message names the entry and the reason.</summary>
public sealed class HostileArchiveException(string message, ArchiveFault fault = ArchiveFault.Damaged) : Exception(message)
{
    public ArchiveFault Fault { get; } = fault;
}
