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
public class HostileArchiveException(string message, ArchiveFault fault = ArchiveFault.Damaged, Exception? cause = null) : Exception(message, cause)
{
    public ArchiveFault Fault { get; } = fault;
}

/// <summary>A hard link to a name the archive does not hold before it. In a layer of an OCI image it may be one of the layers below: <see cref="Packing.TarPackOptions.OpenLowers"/>.</summary>
public sealed class MissingLinkTargetException(string message) : HostileArchiveException(message, ArchiveFault.Unsafe);
