using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;

namespace Strata.Storage;

/// <summary>What goes wrong with storing, fetching and looking after blobs: STR62xx.</summary>
public static class TransferDiagnostics
{
    public static Diagnostic NoStorage() =>
        new("STR6201", Severity.Error, "No storage is configured: layers are on this host alone.", null,
            "Name it: --storage s3://BUCKET[/PREFIX] or --storage file:///DIRECTORY, or `storage:` in config.yml.");

    /// <summary>A store that did not do what it was asked.</summary>
    public static Diagnostic StoreFailed(BlobStoreException e) => new("STR6202", Severity.Error, $"The storage failed: {e.Message}", null, HelpFor(e.Fault));

    public static Diagnostic Abandoned(string description, int uploads, TimeSpan age) =>
        new("STR6203", Severity.Warning, $"{description} keeps {uploads} unfinished {(uploads == 1 ? "upload" : "uploads")} that nobody has worked on for {age.TotalHours:0} h.", null,
            "`strata storage gc` removes them.");

    /// <param name="blobs">That records say are in it.</param>
    public static Diagnostic NotThere(string description, StorePresence presence, long blobs) =>
        new("STR6204", Severity.Error,
            $"{description} is not there{(blobs == 0 ? "" : $", and {blobs} {(blobs == 1 ? "blob is" : "blobs are")} recorded in it")}.", null,
            (presence is StorePresence.Gone ? "Was the bucket deleted, or has it another name, region or endpoint?" : "Is the file system not mounted that has it?")
                + " Nothing was changed.");

    private static string HelpFor(BlobFault fault) => fault switch
    {
        BlobFault.Denied => "Look at the credentials, and whether they may list, read, write and delete in the bucket (docs/storage.md); or at whose the directory is.",
        BlobFault.Full => "Make room where it stores, or raise its quota; `strata storage gc` removes what no record names.",
        BlobFault.Throttled => "It asked for patience for too long. Try later, or raise what it allows.",
        BlobFault.Unavailable or BlobFault.Stalled => "Is it running, and can this host reach it? What was sent is kept: the next try goes on from there.",
        BlobFault.Damaged or BlobFault.NotFound => "`strata storage verify` finds all that is damaged or lost; it is stored anew by the next job that makes it.",
        _ => "Look at its address: bucket and region, or directory.",
    };
}
