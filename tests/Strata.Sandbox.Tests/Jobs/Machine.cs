using System.Text;

namespace Strata.Sandbox.Tests.Jobs;

/// <summary>A data directory, a busybox image, a host: what each test of a running sandbox stands on.</summary>
public sealed class Machine : IAsyncLifetime
{
    private static readonly string[] Applets =
        ["sh", "cat", "ls", "echo", "id", "sleep", "yes", "head", "grep", "mkdir", "chmod", "mount", "mknod", "kill", "dd", "touch", "wget", "nc", "true", "env", "ps", "ln", "rm", "trap", "ip"];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("strata-sandbox-").FullName;

    public string DataDirectory => $"{Directory}/data";

    public string Image => $"{Directory}/image";

    public ISandboxHost Host { get; private set; } = null!;

    public Task InitializeAsync()
    {
        Native.LibC.ChangeMode(Directory, 0b111_101_101).ShouldBe(0);
        MakeImage(Image);
        Host = SandboxModule.OpenHost(new() { DataDirectory = DataDirectory });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public static void MakeImage(string image)
    {
        System.IO.Directory.CreateDirectory($"{image}/bin");
        System.IO.Directory.CreateDirectory($"{image}/etc");
        File.Copy("/usr/bin/busybox", $"{image}/bin/busybox");
        foreach (var applet in Applets)
        {
            File.CreateSymbolicLink($"{image}/bin/{applet}", "busybox");
        }
    }

    public SandboxSpec Spec(bool network = false, ResourceLimits? limits = null) => new()
    {
        Name = "job",
        RootLowers = [Image],
        WorkspaceLowers = [],
        Network = network,
        Site = false,
        Limits = limits ?? ResourceLimits.None,
    };

    public ValueTask<ISandbox> StartAsync(SandboxSpec? spec = null) => Host.StartAsync(spec ?? Spec(), CancellationToken.None);

    public static ExecSpec Command(params string[] arguments) => new()
    {
        Arguments = arguments,
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin" },
        WorkingDirectory = "/workspace",
    };

    public static async Task<(ExecOutcome Outcome, string Output)> ShellAsync(ISandbox sandbox, string script)
    {
        var output = new Collected();
        var outcome = await sandbox.ExecAsync(Command("sh", "-c", script), output, CancellationToken.None);
        return (outcome, output.ToString());
    }
}

public sealed class Collected : IExecOutput
{
    private readonly StringBuilder _text = new();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _text.Append(Encoding.UTF8.GetString(bytes.Span));
        return ValueTask.CompletedTask;
    }

    public override string ToString() => _text.ToString();
}
