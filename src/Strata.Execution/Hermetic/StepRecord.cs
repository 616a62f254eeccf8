using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Execution.Commands;
using Strata.Execution.Logs;

namespace Strata.Execution.Hermetic;

/// <summary>What a hermetic step did besides its outputs: kept with its entry, and applied from there, never read again from the log.</summary>
internal sealed record StepRecord
{
    public const string FormatName = "strata.step-record/1";

    public string Format { get; init; } = FormatName;

    public required IReadOnlyDictionary<string, string> Outputs { get; init; }

    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>To be put before PATH, the last one first.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Masked.</summary>
    public string? Summary { get; init; }

    /// <summary>Masked, annotations included.</summary>
    public required IReadOnlyList<RecordedLine> Log { get; init; }

    /// <summary>Lines of the log that were too many to keep.</summary>
    public long LogCut { get; init; }

    public static StepRecord Of(StepEffects effects, string? summary, LogRecording log) => new()
    {
        Outputs = effects.Outputs,
        Env = effects.Environment,
        Paths = effects.Paths,
        Summary = summary,
        Log = log.Lines,
        LogCut = log.Cut,
    };

    /// <summary>What reads records, and the platform's hashes, which every view needs, take their time to load.</summary>
    public static void Preload()
    {
        Parse(Of(new(), null, new()).ToJson());
        SHA256.HashData([]);
    }

    /// <returns>Null: it is of another format, or damaged.</returns>
    public static StepRecord? Parse(string? json)
    {
        try
        {
            var record = json is null ? null : JsonSerializer.Deserialize(json, StepRecordJson.Default.StepRecord);
            return record?.Format == FormatName ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, StepRecordJson.Default.StepRecord);

    public StepEffects ToEffects()
    {
        var effects = new StepEffects();
        foreach (var (name, value) in Outputs)
        {
            effects.Outputs[name] = value;
        }

        foreach (var (name, value) in Env)
        {
            effects.Environment[name] = value;
        }

        effects.Paths.AddRange(Paths);
        return effects;
    }

    /// <summary>All that may tell something that was not to be told.</summary>
    public IEnumerable<string> Texts() => [.. Outputs.Keys, .. Outputs.Values, .. Env.Keys, .. Env.Values, .. Paths];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StepRecord))]
internal sealed partial class StepRecordJson : JsonSerializerContext;
