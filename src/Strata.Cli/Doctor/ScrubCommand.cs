using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Cli.Image;
using Strata.Core;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Cli.Doctor;

/// <summary><c>strata doctor --scrub</c>: every layer is read, and every batch of the audit log. Exit code 1: something is not as it was written.</summary>
internal static class ScrubCommand
{
    private static readonly TimeSpan SayInterval = TimeSpan.FromSeconds(1.8);

    public static async Task<int> RunAsync(string dataDirectory, bool json, CancellationToken cancellationToken)
    {
        var report = await new LocalLayerStore(dataDirectory, TimeProvider.System).ScrubAsync(new Said(), cancellationToken).ConfigureAwait(false);
        if (!json)
        {
            Write(Console.Out, report); // what is known stays known if the database cannot be read
        }

        var audit = CheckAudit(dataDirectory, cancellationToken);
        if (json)
        {
            var result = new ScrubResult(report.Layers, report.Bytes, [.. report.Damaged.Select(layer => $"{layer.Org}/{layer.Digest}")], report.IndexesMade, audit);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, ScrubJson.Default.ScrubResult));
        }
        else if (audit is not null)
        {
            Write(Console.Out, audit);
        }

        return report.Damaged.Count == 0 && audit is null or { BrokenCount: 0 } ? ExitCode.Success : ExitCode.Failed;
    }

    /// <returns>Null: nothing was ever recorded.</returns>
    private static AuditReport? CheckAudit(string dataDirectory, CancellationToken cancellationToken)
    {
        if (!Database.Exists(dataDirectory))
        {
            return null;
        }

        using var database = new Database(dataDirectory, TimeProvider.System);
        return AuditCheck.Run(database, cancellationToken);
    }

    private static void Write(TextWriter output, ScrubReport report)
    {
        output.WriteLine($"{ImageTable.Layers(report.Layers)}, {new ByteSize(report.Bytes)}: {(report.Damaged.Count == 0 ? "all sound" : $"{report.Damaged.Count} damaged, put aside")}");
        if (report.IndexesMade > 0)
        {
            output.WriteLine($"  {ImageTable.Layers(report.IndexesMade)} with a damaged or lost index: made anew");
        }

        foreach (var layer in report.Damaged)
        {
            output.WriteLine($"  {layer.Org}/{layer.Digest}");
        }
    }

    private static void Write(TextWriter output, AuditReport audit)
    {
        output.WriteLine(
            $"audit log, {audit.Batches} {(audit.Batches == 1 ? "batch" : "batches")} of {audit.Events} {(audit.Events == 1 ? "event" : "events")}: {(audit.BrokenCount == 0 ? "as written" : $"{audit.BrokenCount} changed, missing or out of order")}");
        foreach (var batch in audit.Broken)
        {
            output.WriteLine(ImageShowCommand.Printable($"  batch {batch.Number} of {batch.Organization}, or what was before it"));
        }

        if (audit.BrokenCount > audit.Broken.Count)
        {
            output.WriteLine($"  and {audit.BrokenCount - audit.Broken.Count} more");
        }
    }

    /// <summary>A line on stderr every two seconds.</summary>
    private sealed class Said : IProgress<ScrubProgress>
    {
        private long _last = TimeProvider.System.GetTimestamp();

        public void Report(ScrubProgress value)
        {
            if (TimeProvider.System.GetElapsedTime(_last) < SayInterval)
            {
                return;
            }

            _last = TimeProvider.System.GetTimestamp();
            Console.Error.WriteLine($"{value.LayersDone} of {value.LayersTotal} layers, {new ByteSize(value.BytesDone)} of {new ByteSize(value.BytesTotal)} …");
        }
    }
}

/// <param name="Audit">Null: nothing was ever recorded.</param>
internal sealed record ScrubResult(int Layers, long SizeBytes, IReadOnlyList<string> Damaged, int IndexesMade, AuditReport? Audit);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ScrubResult))]
internal sealed partial class ScrubJson : JsonSerializerContext;
