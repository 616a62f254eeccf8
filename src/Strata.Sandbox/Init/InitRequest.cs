using System.Buffers.Binary;
using System.Text;

namespace Strata.Sandbox.Init;

/// <summary>
/// What process 1 needs to start a command, as it maps it: every pointer is ready to be used, so that it need not compute any (JobInit.*.S).
/// <code>
///  +0 directory  +8 argv  +16 envp  +24 paths to try   pointers
/// +32 user      +36 group                              32 bits each
/// +40 argv…0  envp…0  paths…0, then the texts, each with its NUL
/// </code>
/// </summary>
internal static class InitRequest
{
    /// <summary>Where process 1 maps it: above its own image, far below anything the kernel places.</summary>
    internal const ulong Address = 0x2_0000_0000;

    private const int HeaderSize = 40;

    internal static byte[] Build(ExecSpec spec)
    {
        var environment = new List<string>(spec.Environment.Count);
        foreach (var (name, value) in spec.Environment)
        {
            environment.Add($"{name}={value}");
        }

        List<string> paths = [.. PathsToTry(spec)];
        IReadOnlyList<string>[] lists = [spec.Arguments, environment, paths];
        var textStart = HeaderSize;
        var size = HeaderSize + Encoding.UTF8.GetByteCount(spec.WorkingDirectory) + 1;
        foreach (var list in lists)
        {
            textStart += (list.Count + 1) * sizeof(ulong);
            size += (list.Count + 1) * sizeof(ulong);
            foreach (var text in list)
            {
                size += Encoding.UTF8.GetByteCount(text) + 1;
            }
        }

        var block = new byte[size];
        var texts = textStart;
        WritePointer(block, 0, Append(block, ref texts, spec.WorkingDirectory));
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(32), spec.UserId);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(36), spec.GroupId);
        var slot = HeaderSize;
        for (var i = 0; i < lists.Length; i++)
        {
            WritePointer(block, 8 + (i * sizeof(ulong)), slot);
            foreach (var text in lists[i])
            {
                WritePointer(block, slot, Append(block, ref texts, text));
                slot += sizeof(ulong);
            }

            slot += sizeof(ulong); // the array's end: zero
        }

        return block;
    }

    /// <summary>As execvp(3): a name with a slash is the path; else PATH's directories in turn.</summary>
    private static IEnumerable<string> PathsToTry(ExecSpec spec)
    {
        var program = spec.Arguments[0];
        if (program.Contains('/', StringComparison.Ordinal))
        {
            yield return program;
            yield break;
        }

        foreach (var directory in (spec.Environment.GetValueOrDefault("PATH") ?? "").Split(':'))
        {
            yield return directory.Length == 0 ? $"./{program}" : $"{directory}/{program}";
        }
    }

    private static int Append(byte[] block, ref int position, string text)
    {
        var start = position;
        position += Encoding.UTF8.GetBytes(text, block.AsSpan(position)) + 1;
        return start;
    }

    private static void WritePointer(byte[] block, int offset, int target) =>
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(offset), Address + (ulong)target);
}
