using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Images;

/// <summary>What goes wrong with images and base systems: STR30xx.</summary>
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

    public static Diagnostic SuiteMoved(string suite, string difference, SourceSpan? at) =>
        new("STR3018", Severity.Error, $"The suite '{suite}' is pinned, and its mirror has moved on: {difference}.", at,
            "Take the new state with `strata image update` and commit strata.lock. The pinned one can only come from a machine that has it: "
            + "`strata image export` there, `strata image import` here, and `from:` its name.");

    public static Diagnostic PinGone(string reference, Digest pin, SourceSpan? at) =>
        new("STR3019", Severity.Error, $"'{reference}' is pinned to {pin.Short}, which its registry does not have (any more).", at,
            "Take what it names now with `strata image update` and commit strata.lock; for a private repository, log in (docs/registries.md).");

    public static Diagnostic ImportGone(string reference, SourceSpan? at) =>
        new("STR3020", Severity.Error, $"'{reference}' was imported here, and its layers are gone or damaged.", at,
            $"Import it again: strata image import {reference} FILE.tar; or forget it, so that a registry is asked: strata image rm {reference}");

    public static Diagnostic NotKept(string name) =>
        new("STR3021", Severity.Error, $"There is no image '{name}' on this host.", null,
            "`strata image ls` lists them; a name is a definition of the workflow here, a reference, or the beginning of a digest (12 digits or more).");

    public static Diagnostic InUse(string name, string layer) =>
        new("STR3022", Severity.Error, $"The image '{name}' is in use: a job holds its layer {layer}.", null, "Wait until the job has ended, and remove it then.");

    public static Diagnostic NoRelease(string suite) =>
        new("STR3023", Severity.Error, $"The suite '{suite}' cannot be pinned: its mirror has no Release file of that name.", null,
            "Check the entry of the suite in this host's apt sources.");

    public static Diagnostic ImportNeedsTag(string name) =>
        new("STR3024", Severity.Error, $"'{name}' names a digest: what is imported gets a name.", null, "Write NAME or NAME:TAG, for example: strata image import tools:1 tools.tar");

    public static Diagnostic OverCap(string over, string cap) =>
        new("STR3025", Severity.Warning, $"Images and layers take {over} more than their limit of {cap}, and all of it is referred to or in use.", null,
            "Remove what is not needed (`strata image ls`, `strata image rm NAME`), or raise layers: max-size: in config.yml.");

    public static Diagnostic UnreadableArchive(string path, string why) =>
        new("STR3026", Severity.Error, $"The archive {path} cannot be read: {why.TrimEnd('.')}.", null, "Give a tar of an OCI layout, a directory that is one, or what `docker save` writes.");

    public static Diagnostic BuilderMissing(string program) =>
        new("STR3010", Severity.Error, $"{program} is not installed; it makes base systems from packages.", null, $"apt-get install {program}");

    public static Diagnostic NoMirror(string suite, string detail) =>
        new("STR3011", Severity.Error, $"The package mirror for '{suite}' could not be reached.", null,
            $"{detail}\nCheck the network and the apt sources and proxy of this host (/etc/apt), which are used.");

    public static Diagnostic NoSpace(string detail) =>
        new(NoSpaceCode, Severity.Error, "The disk is full: the image could not be stored.", null,
            $"{detail}\nFree space in the data directory (--data), or choose another.");

    public static Diagnostic NoKey(string suite, string detail) =>
        new("STR3013", Severity.Error, $"The signature of the suite '{suite}' cannot be checked on this host.", null,
            $"{detail}\nInstall the keyring of its distribution, for example: apt-get install debian-archive-keyring (or ubuntu-keyring).");

    public static Diagnostic BuildFailed(string suite, string detail) =>
        new("STR3014", Severity.Error, $"The base system debootstrap:{suite} could not be built.", null, detail);

    public static Diagnostic StoreFailed(string detail) =>
        new("STR3015", Severity.Error, $"The image could not be stored: {detail.TrimEnd('.')}.", null, "Check the data directory (--data): its disk, its owner, its file system.");
}
