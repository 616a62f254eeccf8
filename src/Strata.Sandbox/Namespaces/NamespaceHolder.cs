using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Tasks;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Namespaces;

/// <summary>
/// A sleeping process that owns a sandbox's user and network namespace before anything else of it exists: its lowers are id-mapped with it, its
/// network is set up while the runtime starts, and the runtime joins it by path. The network namespace belongs to the user namespace, else sysfs
/// could not be mounted inside. Ends when disposed or when this process dies.
/// </summary>
internal sealed class NamespaceHolder : IDisposable
{
    private readonly ChildProcess _process;
    private readonly SafeFileHandle _life;

    private NamespaceHolder(ChildProcess process, SafeFileHandle life) => (_process, _life) = (process, life);

    internal int ProcessId => _process.Id;

    internal Task Exit => _process.Exit;

    internal string UserNamespacePath => $"/proc/{_process.Id}/ns/user";

    internal string NetworkNamespacePath => $"/proc/{_process.Id}/ns/net";

    /// <exception cref="IOException">User namespaces are off here, or the ids are not ours to map.</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    internal static async Task<NamespaceHolder> StartAsync(string init, IdRange ids, CancellationToken cancellationToken)
    {
        using var ready = Pipe.ForReading();
        var input = Pipe.ForWriting(); // its writer lives as long as the holder
        using var inputReader = input.Reader;
        var process = ChildProcess.Start(new()
        {
            FileName = init,
            Arguments = ["hold"],
            Environment = new Dictionary<string, string>(),
            Descriptors = new Dictionary<int, SafeFileHandle> { [0] = input.Reader, [1] = ready.Writer },
        });
        ready.Writer.Dispose();
        try
        {
            var one = new byte[1];
            if (await Pipe.ReadAsync(ready.Reader, one, cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new IOException("The kernel refused a new user or network namespace.");
            }

            Write($"/proc/{process.Id}/uid_map", ids.MapLine);
            Write($"/proc/{process.Id}/gid_map", ids.MapLine);
            return new(process, input.Writer);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            input.Writer.Dispose();
            throw;
        }
    }

    internal SafeFileHandle OpenUserNamespace() => Descriptor.Open(UserNamespacePath, OpenFlags.ReadOnly);

    internal SafeFileHandle OpenNetworkNamespace() => Descriptor.Open(NetworkNamespacePath, OpenFlags.ReadOnly);

    public void Dispose()
    {
        _life.Dispose();
        _process.Dispose();
    }

    // One write(2): the kernel takes a map whole or not at all.
    private static unsafe void Write(string path, string text)
    {
        using var file = Descriptor.Open(path, OpenFlags.WriteOnly);
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        fixed (byte* start = bytes)
        {
            if (LibC.Write(file.Number(), start, (nuint)bytes.Length) < 0)
            {
                throw Errno.Failure($"Mapping ids ({path}: {text.Trim()})");
            }
        }
    }
}
