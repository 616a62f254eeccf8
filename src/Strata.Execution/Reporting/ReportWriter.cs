using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Execution.Reporting;

/// <summary>Writes reports as DESIGN §9 says, name by name: each run writes one at its end, and finding out the same by reflection takes longer than its job.</summary>
public static class ReportWriter
{
    public static byte[] ToJson(RunReport report) => ToJson(report, Write);

    public static byte[] ToJson(InvalidReport report) => ToJson(report, Write);

    /// <summary>Loads what writing a report takes, when there is time for it: 10 of 200 ms.</summary>
    internal static void Preload(JobReport job) => ToJson(job, Write);

    internal static void Write(Utf8JsonWriter json, RunReport report)
    {
        json.WriteStartObject();
        json.WriteString("format"u8, report.Format);
        json.WriteString("runId"u8, report.RunId);
        json.WriteString("workflow"u8, report.Workflow);
        json.WriteString("repo"u8, report.Repo);
        json.WriteString("ref"u8, report.Ref);
        json.WriteString("trust"u8, report.Trust);
        json.WriteString("status"u8, RunStatusName.Of(report.Status));
        json.WriteString("reason"u8, report.Reason);
        json.WriteString("startedAt"u8, report.StartedAt);
        json.WriteNumber("durationMs"u8, report.DurationMs);
        json.WriteNumber("overheadMs"u8, report.OverheadMs);
        WriteOrNull(json, "verify"u8, report.Verify, Write);
        WriteAll(json, "jobs"u8, report.Jobs, Write);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VerifyReport verify)
    {
        json.WriteStartObject();
        json.WriteNumber("sampled"u8, verify.Sampled);
        json.WriteNumber("differing"u8, verify.Differing);
        json.WriteNumber("bound"u8, verify.Bound);
        WriteAll(json, "differences"u8, verify.Differences, static (json, difference) =>
        {
            json.WriteStartObject();
            json.WriteString("job"u8, difference.Job);
            json.WriteString("step"u8, difference.Step);
            json.WriteString("key"u8, difference.Key);
            WriteAll(json, "paths"u8, difference.Paths, static (json, path) => json.WriteStringValue(path));
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JobReport job)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, job.Id);
        json.WriteString("name"u8, job.Name);
        WriteOrNull(json, "matrix"u8, job.Matrix, static (json, matrix) => matrix.WriteTo(json));
        json.WriteString("status"u8, RunStatusName.Of(job.Status));
        json.WriteString("reason"u8, job.Reason);
        json.WriteNumber("attempt"u8, job.Attempt);
        json.WriteNumber("durationMs"u8, job.DurationMs);
        WriteNumberOrNull(json, "sandboxStartMs"u8, job.SandboxStartMs);
        WriteOrNull(json, "image"u8, job.Image, Write);
        WriteAll(json, "caches"u8, job.Caches, Write);
        WriteAll(json, "steps"u8, job.Steps, Write);
        WriteAll(json, "artifacts"u8, job.Artifacts, Write);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImageReport image)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, image.Name);
        json.WriteString("digest"u8, image.Digest);
        WriteAll(json, "layers"u8, image.Layers, static (json, layer) =>
        {
            json.WriteStartObject();
            json.WriteString("key"u8, layer.Key);
            json.WriteString("digest"u8, layer.Digest);
            json.WriteString("outcome"u8, layer.Outcome);
            json.WriteNumber("durationMs"u8, layer.DurationMs);
            json.WriteNumber("sizeBytes"u8, layer.SizeBytes);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CacheReport cache)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, cache.Name);
        json.WriteString("kind"u8, cache.Kind);
        json.WriteString("key"u8, cache.Key);
        json.WriteString("outcome"u8, cache.Outcome);
        json.WriteString("matchedKey"u8, cache.MatchedKey);
        json.WriteString("scope"u8, cache.Scope);
        WriteOrNull(json, "producer"u8, cache.Producer, static (json, producer) =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, producer.RunId);
            json.WriteString("job"u8, producer.Job);
            json.WriteNumber("attempt"u8, producer.Attempt);
            json.WriteEndObject();
        });
        json.WriteString("reason"u8, cache.Reason);
        json.WriteNumber("restoreMs"u8, cache.RestoreMs);
        json.WriteNumber("restoredBytes"u8, cache.RestoredBytes);
        json.WriteNumber("transferredBytes"u8, cache.TransferredBytes);
        json.WriteString("save"u8, cache.Save);
        json.WriteString("saveReason"u8, cache.SaveReason);
        json.WriteNumber("saveMs"u8, cache.SaveMs);
        json.WriteNumber("savedBytes"u8, cache.SavedBytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StepReport step)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, step.Name);
        json.WriteString("status"u8, RunStatusName.Of(step.Status));
        WriteNumberOrNull(json, "exitCode"u8, step.ExitCode);
        json.WriteNumber("durationMs"u8, step.DurationMs);
        WriteOrNull(json, "cache"u8, step.Cache, static (json, cache) =>
        {
            json.WriteStartObject();
            json.WriteString("key"u8, cache.Key);
            json.WriteString("outcome"u8, cache.Outcome);
            json.WriteString("reason"u8, cache.Reason);
            json.WriteNumber("savedMs"u8, cache.SavedMs);
            json.WriteEndObject();
        });
        json.WriteStartObject("outputs"u8);
        foreach (var (name, value) in step.Outputs)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ArtifactReport artifact)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, artifact.Name);
        json.WriteString("direction"u8, artifact.Direction);
        json.WriteString("state"u8, artifact.State);
        json.WriteString("digest"u8, artifact.Digest);
        json.WriteNumber("sizeBytes"u8, artifact.SizeBytes);
        json.WriteNumber("parts"u8, artifact.Parts);
        json.WriteNumber("partsResumed"u8, artifact.PartsResumed);
        json.WriteNumber("durationMs"u8, artifact.DurationMs);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InvalidReport report)
    {
        json.WriteStartObject();
        json.WriteString("format"u8, report.Format);
        json.WriteString("status"u8, report.Status);
        WriteAll(json, "diagnostics"u8, report.Diagnostics, static (json, diagnostic) =>
        {
            json.WriteStartObject();
            json.WriteString("code"u8, diagnostic.Code);
            json.WriteString("severity"u8, diagnostic.Severity);
            json.WriteString("message"u8, diagnostic.Message);
            json.WriteString("file"u8, diagnostic.File);
            WriteNumberOrNull(json, "line"u8, diagnostic.Line);
            WriteNumberOrNull(json, "column"u8, diagnostic.Column);
            json.WriteString("help"u8, diagnostic.Help);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static byte[] ToJson<T>(T report, Action<Utf8JsonWriter, T> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            write(json, report);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteOrNull<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T? value, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
        }
        else
        {
            write(json, value);
        }
    }

    private static void WriteAll<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(json, value);
        }

        json.WriteEndArray();
    }

    private static void WriteNumberOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

/// <summary>For where a report is part of something else.</summary>
internal sealed class RunReportConverter : JsonConverter<RunReport>
{
    public override RunReport Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Reports are written only.");

    public override void Write(Utf8JsonWriter writer, RunReport value, JsonSerializerOptions options) => ReportWriter.Write(writer, value);
}
