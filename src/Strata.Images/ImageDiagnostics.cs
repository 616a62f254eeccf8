using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Images;

/// <summary>What goes wrong with base systems: STR30xx.</summary>
internal static class ImageDiagnostics
{
    public const string NoSpaceCode = "STR3012";

    public static Diagnostic BadSuite(string suite, SourceSpan? at) =>
        new("STR3001", Severity.Error, $"'{suite}' is not the name of a suite.", at,
            "A suite is lower-case letters, digits, '.', '+' and '-', for example: from: debootstrap:bookworm");

    public static Diagnostic UnknownSuite(string suite, string detail, SourceSpan? at) =>
        new("STR3002", Severity.Error, $"The mirror has no suite '{suite}'.", at, $"{detail}\nCheck the spelling, for example bookworm, trixie or noble.");

    public static Diagnostic UnknownPackage(string package, string suite, SourceSpan? at) =>
        new("STR3003", Severity.Error, $"The suite '{suite}' has no package '{package}'.", at,
            "Check the name and version with `apt-cache policy NAME`, or on the distribution's package search.");

    public static Diagnostic BadPackage(string package, SourceSpan? at) =>
        new("STR3004", Severity.Error, $"'{package}' is not the name of a package.", at,
            "Write NAME, NAME:ARCHITECTURE or NAME=VERSION: lower-case letters, digits, '.', '+' and '-', as in: packages: [git, nodejs=18.*]");

    public static Diagnostic NoRootFs(string path, string reason, SourceSpan? at) =>
        new("STR3005", Severity.Error, $"The root file system {path} cannot be read: {reason}.", at,
            "`from: rootfs:FILE` names a .tar, .tar.gz or .tar.zst, absolute or relative to the workspace.");

    public static Diagnostic RootFsChanged(string path, SourceSpan? at) =>
        new("STR3006", Severity.Error, $"The root file system {path} changed while it was read.", at, "Run again when it is complete.");

    public static Diagnostic UnsupportedBase(string kind, SourceSpan? at) =>
        new("STR3007", Severity.Error, $"A base image of kind {kind} cannot be resolved here.", at, "Use debootstrap:SUITE or rootfs:FILE.");

    public static Diagnostic NoSuchImage(string reference, SourceSpan? at) =>
        new("STR3016", Severity.Error, $"The registry has no image '{reference}'.", at, "Check the name and the tag; for a private repository, log in (docs/registries.md).");

    public static Diagnostic WrongDiffId(string reference, Digest wanted, Digest found) =>
        new("STR3017", Severity.Error, $"A layer of {reference} unpacks to {found.Short}, and its image says {wanted.Short}.", null,
            "The image was made wrong: build and push it again.");

    public static Diagnostic BuilderMissing(string program) =>
        new("STR3010", Severity.Error, $"{program} is not installed; it makes base systems from packages.", null, $"apt-get install {program}");

    public static Diagnostic NoMirror(string suite, string detail) =>
        new("STR3011", Severity.Error, $"The package mirror for '{suite}' could not be reached.", null,
            $"{detail}\nCheck the network and the apt sources and proxy of this host (/etc/apt), which are used.");

    public static Diagnostic NoSpace(string detail) =>
        new(NoSpaceCode, Severity.Error, "The disk is full: the base system could not be stored.", null,
            $"{detail}\nFree space in the data directory (--data), or choose another.");

    public static Diagnostic NoKey(string suite, string detail) =>
        new("STR3013", Severity.Error, $"The signature of the suite '{suite}' cannot be checked on this host.", null,
            $"{detail}\nInstall the keyring of its distribution, for example: apt-get install debian-archive-keyring (or ubuntu-keyring).");

    public static Diagnostic BuildFailed(string suite, string detail) =>
        new("STR3014", Severity.Error, $"The base system debootstrap:{suite} could not be built.", null, detail);

    public static Diagnostic StoreFailed(string detail) =>
        new("STR3015", Severity.Error, $"The base system could not be stored: {detail.TrimEnd('.')}.", null, "Check the data directory (--data): its disk, its owner, its file system.");
}
