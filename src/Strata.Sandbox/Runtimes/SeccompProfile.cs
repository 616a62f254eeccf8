using System.Runtime.InteropServices;
using System.Text.Json;

namespace Strata.Sandbox.Runtimes;

/// <summary>
/// What a job may ask of the kernel: seccomp.json, in effect docker's default profile. What administers the machine answers EPERM, what the list
/// does not know ENOSYS, so that programs fall back to older calls (clone3, io_uring) instead of giving up.
/// </summary>
internal static class SeccompProfile
{
    private const int NoSystemCall = 38;

    private static readonly Lazy<byte[]> Rules = new(() =>
    {
        using var resource = typeof(SeccompProfile).Assembly.GetManifestResourceStream("seccomp.json")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    });

    internal static Core.Digest Digest => Core.Digest.Of(Rules.Value);

    /// <param name="compiled">The runtime gets the compiled profile: no rules here; were it ignored, nothing would be allowed and the start fail.</param>
    internal static void Write(Utf8JsonWriter json, bool compiled)
    {
        json.WriteStartObject("seccomp");
        json.WriteString("defaultAction", "SCMP_ACT_ERRNO");
        json.WriteNumber("defaultErrnoRet", NoSystemCall);
        if (compiled)
        {
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("architectures");
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            json.WriteStringValue("SCMP_ARCH_AARCH64");
            json.WriteStringValue("SCMP_ARCH_ARM");
        }
        else
        {
            json.WriteStringValue("SCMP_ARCH_X86_64");
            json.WriteStringValue("SCMP_ARCH_X86");
        }

        json.WriteEndArray();
        json.WritePropertyName("syscalls");
        json.WriteRawValue(Rules.Value, skipInputValidation: true);
        json.WriteEndObject();
    }
}
