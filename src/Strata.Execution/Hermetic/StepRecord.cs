using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strata.Core.Json;
using Strata.Execution.Commands;
using Strata.Execution.Events;
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
        Parse($$"""{"format":"{{FormatName}}","outputs":{},"env":{},"paths":[],"log":[{"kind":"Output","text":""}]}""");
        SHA256.HashData([]);
    }

    /// <returns>Null: it is of another format, or damaged.</returns>
    public static StepRecord? Parse(string? json)
    {
        try
        {
            return json is null ? null : Read(JsonRecord.Parse(Encoding.UTF8.GetBytes(json)));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Member by member: the serializer loads hundreds of types at its first record.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            Write(writer, "outputs", Outputs);
            Write(writer, "env", Env);
            writer.WriteStartArray("paths");
            foreach (var path in Paths)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            if (Summary is not null)
            {
                writer.WriteString("summary", Summary);
            }

            writer.WriteStartArray("log");
            foreach (var line in Log)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", line.Kind.ToString());
                writer.WriteString("text", line.Text);
                if (line.Properties is { } properties)
                {
                    Write(writer, "properties", properties);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNumber("logCut", LogCut);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

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

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, string> texts)
    {
        writer.WriteStartObject(name);
        if (texts.Count > 0)
        {
            foreach (var (key, value) in texts)
            {
                writer.WriteString(key, value);
            }
        }

        writer.WriteEndObject();
    }

    /// <exception cref="JsonException">Damaged.</exception>
    private static StepRecord? Read(JsonRecord record) => record.Text("format") != FormatName ? null : new()
    {
        Outputs = record.TextsByName("outputs") ?? throw Lacks("outputs"),
        Env = record.TextsByName("env") ?? throw Lacks("env"),
        Paths = record.Texts("paths") ?? throw Lacks("paths"),
        Summary = record.Text("summary"),
        Log = ReadLog(record.Records("log") ?? throw Lacks("log")),
        LogCut = record.Number("logCut") ?? 0,
    };

    private static List<RecordedLine> ReadLog(IReadOnlyList<JsonRecord> log)
    {
        var lines = new List<RecordedLine>(log.Count);
        for (var i = 0; i < log.Count; i++)
        {
            lines.Add(new(KindOf(log[i].Text("kind")), log[i].Text("text") ?? throw Lacks("text"), log[i].TextsByName("properties")));
        }

        return lines;
    }

    private static LogKind KindOf(string? name) => name switch
    {
        nameof(LogKind.Output) => LogKind.Output,
        nameof(LogKind.Debug) => LogKind.Debug,
        nameof(LogKind.Notice) => LogKind.Notice,
        nameof(LogKind.Warning) => LogKind.Warning,
        nameof(LogKind.Error) => LogKind.Error,
        nameof(LogKind.Group) => LogKind.Group,
        nameof(LogKind.EndGroup) => LogKind.EndGroup,
        nameof(LogKind.Progress) => LogKind.Progress,
        _ => throw new JsonException("'kind' is no kind of a line."),
    };

    private static JsonException Lacks(string name) => new($"'{name}' is missing.");
}
