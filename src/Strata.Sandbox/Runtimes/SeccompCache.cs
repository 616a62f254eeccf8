using System.Text;
using Strata.Core;

namespace Strata.Sandbox.Runtimes;

/// <summary>
/// crun compiles the profile at each start, half of a start's time (12 of 26 ms); it leaves the program in the container's state and takes it back
/// through an annotation. Kept for one profile, runtime binary and kernel; other runtimes compile as ever.
/// </summary>
internal sealed class SeccompCache(string directory, OciRuntime runtime)
{
    internal const string Annotation = "run.oci.seccomp_bpf_data";

    private const int SizeMax = 32 * 1024; // 4096 instructions, the kernel's limit (BPF_MAXINSNS)
    private const int InstructionSize = 8;

    private readonly string _path = $"{directory}/seccomp-{Key(runtime)}.bpf";
    private byte[]? _value;

    /// <summary>The annotation's value, in base64 there; null before the first start.</summary>
    internal byte[]? Find()
    {
        if (_value is null && runtime.Name == "crun" && new FileInfo(_path) is { Exists: true, Length: > 0 and <= SizeMax } file && file.Length % InstructionSize == 0)
        {
            _value = File.ReadAllBytes(_path);
        }

        return _value;
    }

    /// <summary>Keeps what the runtime compiled for a sandbox that has just started.</summary>
    internal void Keep(string container)
    {
        var compiled = $"{runtime.StateDirectory}/{container}/seccomp.bpf";
        if (_value is not null || runtime.Name != "crun" || !File.Exists(compiled))
        {
            return;
        }

        var temporary = $"{_path}.{container}";
        File.Copy(compiled, temporary);
        File.Move(temporary, _path, overwrite: true); // whole or not at all
    }

    private static string Key(OciRuntime runtime)
    {
        var binary = new FileInfo(runtime.Path);
        var inputs = $"{SeccompProfile.Digest}\n{binary.FullName}\n{binary.Length}\n{binary.LastWriteTimeUtc.Ticks}\n{Environment.OSVersion.Version}";
        return Digest.Of(Encoding.UTF8.GetBytes(inputs)).Short;
    }
}
