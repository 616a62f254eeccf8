using System.Text.Json;
using Strata.Core.Json;
using Strata.Sandbox.Namespaces;

namespace Strata.Sandbox.Runtimes;

/// <summary>config.json of the OCI runtime specification, written once a sandbox. By hand: no reflection on the start path.</summary>
internal sealed record OciConfig
{
    private static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/kernel/debug", "/sys/kernel/tracing",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    internal required string RootPath { get; init; }

    internal required string HostName { get; init; }

    internal required OciProcess Process { get; init; }

    internal required IReadOnlyList<OciMount> Mounts { get; init; }

    internal required IdRange Ids { get; init; }

    /// <summary>Namespaces made before, or null: the runtime makes them.</summary>
    internal string? UserNamespacePath { get; init; }

    internal string? NetworkNamespacePath { get; init; }

    /// <summary>Null: no cgroup of its own.</summary>
    internal string? ControlGroup { get; init; }

    /// <summary>From the SeccompCache, or null.</summary>
    internal byte[]? CompiledSeccomp { get; init; }

    internal ResourceLimits Limits { get; init; } = ResourceLimits.None;

    internal void WriteTo(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var json = new Utf8JsonWriter(file, DeferredEscapes.Options);
        json.WriteStartObject();
        json.WriteString("ociVersion", "1.0.2");
        json.WritePropertyName("process");
        Process.Write(json);
        json.WriteStartObject("root");
        json.WriteString("path", RootPath);
        json.WriteBoolean("readonly", false);
        json.WriteEndObject();
        json.WriteString("hostname", HostName);
        json.WriteStartArray("mounts");
        foreach (var mount in Mounts)
        {
            mount.Write(json);
        }

        json.WriteEndArray();
        WriteLinux(json);
        if (CompiledSeccomp is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteBase64String(SeccompCache.Annotation, CompiledSeccomp);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteLinux(Utf8JsonWriter json)
    {
        json.WriteStartObject("linux");
        WriteMapping(json, "uidMappings");
        WriteMapping(json, "gidMappings");
        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["mount", "pid", "ipc", "uts"])
        {
            WriteNamespace(json, type, null);
        }

        WriteNamespace(json, "user", UserNamespacePath);
        WriteNamespace(json, "network", NetworkNamespacePath);
        if (ControlGroup is not null)
        {
            WriteNamespace(json, "cgroup", null);
        }

        json.WriteEndArray();
        if (ControlGroup is not null)
        {
            json.WriteString("cgroupsPath", ControlGroup);
            WriteResources(json);
        }

        SeccompProfile.Write(json, CompiledSeccomp is not null);
        WriteStrings(json, "maskedPaths", MaskedPaths);
        WriteStrings(json, "readonlyPaths", ReadOnlyPaths);
        json.WriteEndObject();
    }

    private void WriteMapping(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteNumber("containerID", 0);
        json.WriteNumber("hostID", Ids.HostBase);
        json.WriteNumber("size", Ids.Size);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartObject("resources");
        if (Limits.Cpu is { } cores)
        {
            const int Period = 100_000; // µs, the kernel's default
            json.WriteStartObject("cpu");
            json.WriteNumber("quota", Math.Max(1000, (long)(cores * Period))); // less than 1 ms is refused
            json.WriteNumber("period", Period);
            json.WriteEndObject();
        }

        if (Limits.Memory is { } memory)
        {
            json.WriteStartObject("memory");
            json.WriteNumber("limit", memory.Bytes);
            json.WriteNumber("swap", memory.Bytes); // memory and swap together: no swap
            json.WriteEndObject();
        }

        if (Limits.Pids is { } pids)
        {
            json.WriteStartObject("pids");
            json.WriteNumber("limit", pids);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteNamespace(Utf8JsonWriter json, string type, string? path)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (path is not null)
        {
            json.WriteString("path", path);
        }

        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}

/// <summary>One entry of "mounts", in order.</summary>
internal sealed record OciMount(string Destination, string Type, string Source, params string[] Options)
{
    internal static OciMount Bind(string source, string destination, bool readOnly) =>
        new(destination, "bind", source, "bind", "nosuid", "nodev", readOnly ? "ro" : "rw");

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("destination", Destination);
        json.WriteString("type", Type);
        json.WriteString("source", Source);
        json.WriteStartArray("options");
        foreach (var option in Options)
        {
            json.WriteStringValue(option);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
