using Strata.Core.Diagnostics;
using Strata.Layers.Packing;

namespace Strata.Layers;

/// <summary>What goes wrong with archives: STR32xx.</summary>
public static class ArchiveDiagnostics
{
    /// <param name="archive">What the user calls it: a path.</param>
    public static Diagnostic Refused(string archive, HostileArchiveException reason, SourceSpan? at) => reason.Fault switch
    {
        ArchiveFault.Unsafe => new("STR3201", Severity.Error, $"{archive} is refused as unsafe: {reason.Message}", at,
            "Make the archive from a directory with relative names, for example: tar -C DIR -cf FILE.tar ."),
        ArchiveFault.TooLarge => new("STR3203", Severity.Error, $"{archive} is too large: {reason.Message}", at, null),
        ArchiveFault.Unsupported => new("STR3204", Severity.Error, $"{archive} cannot be read: {reason.Message}", at,
            "Make it with GNU tar, plain or compressed with gzip or zstd."),
        _ => new("STR3202", Severity.Error, $"{archive} is damaged: {reason.Message}", at, "Make or fetch it again."),
    };

    public static Diagnostic NoZstd() =>
        new("STR3205", Severity.Error, "The archive is compressed with zstd, and libzstd.so.1 is not installed.", null, "apt-get install libzstd1");

    /// <param name="layer">What the user knows it by.</param>
    public static Diagnostic Damaged(string layer, DamagedLayerException reason) =>
        new("STR3206", Severity.Error, $"{layer} cannot be used: {reason.Message}", null, "Remove it: it is packed, built or fetched again when it is needed.");

    public static Diagnostic Changed(string directory, TreeChangedException reason) =>
        new("STR3207", Severity.Error, $"{directory} changed while it was read: {reason.ChangedPath}.", null, "Run again when nothing writes there, or leave it out.");
}
