using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Cli.Image;
using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Cli.Doctor;

/// <summary><c>strata doctor --scrub</c>: every layer is read. Exit code 1: some were damaged.</summary>
internal static class ScrubCommand
{
    private static readonly TimeSpan SayInterval = TimeSpan.FromSeconds(1.8);

    public static async Task<int> RunAsync(string dataDirectory, bool json, CancellationToken cancellationToken)
    {
        var report = await new LocalLayerStore(dataDirectory, TimeProvider.System).ScrubAsync(new Said(), cancellationToken).ConfigureAwait(false);
        if (json)
        {
            var result = new ScrubResult(report.Layers, report.Bytes, [.. report.Damaged.Select(layer => $"{layer.Org}/{layer.Digest}")], report.IndexesMade);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, ScrubJson.Default.ScrubResult));
        }
        else
        {
            Console.Out.WriteLine($"{ImageTable.Layers(report.Layers)}, {new ByteSize(report.Bytes)}: {(report.Damaged.Count == 0 ? "all sound" : $"{report.Damaged.Count} damaged, put aside")}");
            if (report.IndexesMade > 0)
            {
                Console.Out.WriteLine($"  {ImageTable.Layers(report.IndexesMade)} with a damaged or lost index: made anew");
            }

            foreach (var layer in report.Damaged)
            {
                Console.Out.WriteLine($"  {layer.Org}/{layer.Digest}");
            }
        }

        return report.Damaged.Count == 0 ? ExitCode.Success : ExitCode.Failed;
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

internal sealed record ScrubResult(int Layers, long SizeBytes, IReadOnlyList<string> Damaged, int IndexesMade);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ScrubResult))]
internal sealed partial class ScrubJson : JsonSerializerContext;
