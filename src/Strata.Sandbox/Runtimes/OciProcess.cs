using System.Text.Json;

namespace Strata.Sandbox.Runtimes;

/// <summary>The "process" object of the OCI runtime specification, config.md#process: of process 1, and of each step.</summary>
internal sealed record OciProcess
{
    // What docker gives, and no more. NET_RAW is of no use outside the job's own network namespace; SYS_ADMIN, SYS_PTRACE, NET_ADMIN are absent.
    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    internal required IReadOnlyList<string> Arguments { get; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    internal required string WorkingDirectory { get; init; }

    internal int UserId { get; init; }

    internal int GroupId { get; init; }

    internal bool Terminal { get; init; }

    /// <summary>Soft and hard limit of open files.</summary>
    internal required ulong OpenFilesMax { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("terminal", Terminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", UserId);
        json.WriteNumber("gid", GroupId);
        json.WriteEndObject();
        json.WriteStartArray("args");
        foreach (var argument in Arguments)
        {
            json.WriteStringValue(argument);
        }

        json.WriteEndArray();
        json.WriteStartArray("env");
        foreach (var (name, value) in Environment)
        {
            json.WriteStringValue($"{name}={value}");
        }

        json.WriteEndArray();
        json.WriteString("cwd", WorkingDirectory);
        json.WriteBoolean("noNewPrivileges", false); // as docker: setuid programs stay inside the job's id range
        WriteCapabilities(json);
        json.WriteStartArray("rlimits");
        json.WriteStartObject();
        json.WriteString("type", "RLIMIT_NOFILE");
        json.WriteNumber("soft", OpenFilesMax);
        json.WriteNumber("hard", OpenFilesMax);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteCapabilities(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities");
        foreach (var set in (string[])["bounding", "effective", "permitted"])
        {
            json.WriteStartArray(set);
            if (UserId == 0 || set == "bounding")
            {
                foreach (var capability in Capabilities)
                {
                    json.WriteStringValue(capability);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
