using System.CommandLine;
using Strata.Cli.Run;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Layers.Remote;
using Strata.Storage.Garbage;

namespace Strata.Cli.Storage;

/// <summary><c>strata storage gc</c>: ends abandoned uploads and removes blobs that no record names, beside runs that go on.</summary>
internal static class StorageCollectCommand
{
    public static Command Create()
    {
        var options = new StorageOptions();
        var grace = SelectionOptions.One("--grace", "TIME", "Only what is older (default: 1h).");
        var command = new Command("gc", "End abandoned uploads and remove blobs that no record names.") { grace };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var age = AgeOf(parsed.GetValue(grace));
            return options.RunAsync(parsed, (storage, data, stop) => CollectAsync(storage, data, age, parsed.GetValue(options.Json), stop), cancellationToken);
        });
        return command;
    }

    private static async Task<int> CollectAsync(HostStorage storage, string data, TimeSpan? age, bool json, CancellationToken cancellationToken)
    {
        await storage.Archives.ProbeAsync(cancellationToken).ConfigureAwait(false); // rows of objects that are only away are kept
        var reaped = await new UploadReaper(storage.Archives).RunAsync(age ?? UploadReaper.HeartbeatMax, cancellationToken).ConfigureAwait(false);
        var roots = new LayerBlobRoots(LocalRoots.Of(data));
        var collected = await new BlobCollector(storage.Archives, roots).RunAsync(age ?? BlobCollector.Grace, cancellationToken).ConfigureAwait(false);
        if (json)
        {
            StorageJson.Print(
                new(storage.Archives.Description, reaped.Uploads, collected.Blobs, collected.BytesFreed, collected.Strays, collected.Kept), StorageJson.Default.StorageCollectResult);
            return ExitCode.Success;
        }

        Console.Out.WriteLine($"uploads ended:  {reaped.Uploads}");
        Console.Out.WriteLine($"blobs removed:  {collected.Blobs}, {new ByteSize(collected.BytesFreed)}");
        if (collected.Strays > 0)
        {
            Console.Out.WriteLine($"objects that no record knew, removed:  {collected.Strays}");
        }

        Console.Out.WriteLine($"blobs kept:     {collected.Kept}");
        return ExitCode.Success;
    }

    private static TimeSpan? AgeOf(string? text) =>
        text is null ? null
        : Lifetime.TryParse(text, out var age) ? age
        : throw new UserErrorException(CliDiagnostics.BadOption("--grace", text, "a time as 1h, 30m or 7d"));
}
