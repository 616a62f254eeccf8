using System.CommandLine;
using Strata.Cli.Run;
using Strata.Cli.Storage;
using Strata.Cli.Upkeep;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Remote;
using Strata.Storage;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache gc</c>: what a run does when it has ended, at once and to the end; and the bytes of what is out of use, here and in storage.</summary>
internal static class CacheGcCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var storage = SelectionOptions.One("--storage", "URL", "s3://bucket[/prefix] or file:///dir (default: storage in the configuration).");
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would go." };
        var command = new Command(
            "gc", "Take out of use what is too old or over a limit, and remove its bytes. With --org and --repo only their entries go, and only they count for a limit; what nobody names in storage goes, whosever it was.")
        {
            storage, dry,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var location = parsed.GetValue(storage) is { } url ? StorageLocation.Parse(url) : place.Configuration.Storage;
            var result = await RunAsync(place, location, parsed.GetValue(dry), cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(result, CacheJson.Default.GcResult);
            }
            else
            {
                Write(Console.Out, result);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<GcResult> RunAsync(CachePlace place, StorageLocation? location, bool isDry, CancellationToken cancellationToken)
    {
        if (place.Database is null)
        {
            return new(isDry, 0, 0, 0, 0, 0, 0, 0, null, null);
        }

        var done = isDry
            ? await CacheUpkeep.RehearseAsync(place.Database, place.Data, place.Configuration, place.Part, cancellationToken).ConfigureAwait(false)
            : await CacheUpkeep.RunAsync(place.Database, place.Data, place.Configuration, place.Part, removesAll: true, cancellationToken).ConfigureAwait(false);
        var blobs = location is null || isDry ? null : await RemoveBlobsAsync(place, location, cancellationToken).ConfigureAwait(false);
        return new(
            isDry, done.Revoked, done.Swept.Expired, done.Swept.Evicted, done.Swept.Forgotten, done.Swept.FreedBytes, done.LayersRemoved, done.BytesRemoved, blobs?.Blobs, blobs?.BytesFreed);
    }

    private static async Task<CollectionReport?> RemoveBlobsAsync(CachePlace place, StorageLocation location, CancellationToken cancellationToken)
    {
        var storage = HostStorage.Open(place.Data, location, place.Configuration.LayersBytesMax);
        await using (storage.ConfigureAwait(false))
        {
            try
            {
                return await new BlobCollector(storage.Archives, new LayerBlobRoots(LocalRoots.Of(place.Data))).RunAsync(BlobCollector.Grace, cancellationToken).ConfigureAwait(false);
            }
            catch (BlobStoreException e)
            {
                throw new EnvironmentException(TransferDiagnostics.StoreFailed(e), e);
            }
        }
    }

    private static void Write(TextWriter output, GcResult result)
    {
        if (result.DryRun)
        {
            output.WriteLine(
                $"would go: {result.Expired} expired, {result.Evicted} over a limit, {result.Revoked} revoked, {result.Forgotten} forgotten; {new ByteSize(result.BytesFreed)} no longer needed then (nothing was changed)");
            return;
        }

        output.WriteLine(
            $"{result.Expired} expired, {result.Evicted} evicted, {result.Revoked} revoked, {result.Forgotten} forgotten; {new ByteSize(result.BytesFreed)} no longer needed");
        output.WriteLine($"removed here: {result.LayersRemoved} layers, {new ByteSize(result.BytesRemoved)}");
        if (result.BlobsRemoved is { } blobs)
        {
            output.WriteLine($"removed from storage: {blobs} blobs, {new ByteSize(result.BlobBytesRemoved ?? 0)}; what was stored within an hour stays");
        }
    }
}
