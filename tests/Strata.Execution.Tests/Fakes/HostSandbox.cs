using System.Diagnostics;
using Strata.Core.Diagnostics;
using Strata.Images;
using Strata.Images.Building;
using Strata.Images.Recipes;
using Strata.Core;
using Strata.Execution.Sources;
using Strata.Sandbox;

namespace Strata.Execution.Tests.Fakes;

/// <summary>A "sandbox" that runs commands on this host, with the fixed paths put into a directory of its own.</summary>
internal sealed class HostSandbox : ISandbox
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-exec-");

    public HostSandbox(SandboxSpec spec)
    {
        Spec = spec;
        foreach (var name in (string[])["exchange", "workspace", "runner"])
        {
            _root.CreateSubdirectory(name);
        }

        foreach (var lower in spec.WorkspaceLowers)
        {
            CopyTree(((SandboxTree.HostDirectory)lower).Path, WorkspaceMergedPath);
        }
    }

    public SandboxSpec Spec { get; }

    public bool IsDisposed => !Directory.Exists(_root.FullName);

    public List<ExecSpec> Execs { get; } = [];

    public string ExchangeDirectory => Path.Combine(_root.FullName, "exchange");

    public IReadOnlyList<string> MountPointStubs => [];

    public TimeSpan StartDuration => TimeSpan.FromMilliseconds(7);

    public string WorkspaceUpper => WorkspaceMergedPath;

    public string RootUpper => _root.FullName;

    public string TemporaryDirectory => Path.Combine(_root.FullName, "tmp");

    public UpperFormat UpperFormat => new(0, int.MaxValue, false);

    public Microsoft.Win32.SafeHandles.SafeFileHandle? OpenDirectory(string absolutePath, (int UserId, int GroupId)? makeAs) => null;

    public ValueTask<string?> TryAddWorkspaceTreeAsync(SandboxTree tree, CancellationToken cancellationToken) => ValueTask.FromResult<string?>("not here");

    public Task<IFileTrace> TraceFilesAsync() => throw new IOException("not here");

    public string WorkspaceMergedPath => Path.Combine(_root.FullName, "workspace");

    public bool OutOfMemory { get; init; }

    public async ValueTask<ExecOutcome> ExecAsync(ExecSpec spec, IExecOutput output, CancellationToken cancellationToken)
    {
        Execs.Add(spec);
        var start = new ProcessStartInfo("/usr/bin/setsid") { RedirectStandardOutput = true, RedirectStandardInput = true };
        string[] command = ["-w", .. spec.Arguments.Select(Map)]; // setsid: its own group
        // One stream for both outputs, in order.
        start.ArgumentList.Add("-w");
        start.ArgumentList.Add("/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" 2>&1");
        foreach (var argument in (string[])["sh", .. command[1..]])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = name is "GITHUB_WORKSPACE" ? value : Map(value);
        }

        start.WorkingDirectory = Map(spec.WorkingDirectory);
        if (!Directory.Exists(start.WorkingDirectory))
        {
            return new(126, ExecEnd.Exited, false, "the working directory does not exist");
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var end = ExecEnd.Exited;
        await using var kill = cancellationToken.Register(() =>
        {
            end = ExecEnd.Cancelled;
            using var signal = Process.Start("/bin/sh", ["-c", $"kill -INT -{process.Id} {process.Id}; pkill -TERM -P {process.Id}; kill -TERM {process.Id}"]);
            signal.WaitForExit();
        });
        var buffer = new byte[8192];
        int read;
        while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        return new(process.ExitCode, end, OutOfMemory, null);
    }

    public ValueTask<Stream?> OpenFileAsync(string absolutePath, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Map(absolutePath));
        return new(file.Exists && file.LinkTarget is null or { Length: > 0 } && file.Exists ? file.OpenRead() : null);
    }

    public ValueTask FreezeAsync() => ValueTask.CompletedTask;

    public ValueTask<T> RunInMountNamespaceAsync<T>(Func<T> action, CancellationToken cancellationToken) => new(action());

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private string Map(string text) => text
        .Replace(SandboxSpec.ExchangePath, ExchangeDirectory, StringComparison.Ordinal)
        .Replace(SandboxSpec.WorkspacePath, WorkspaceMergedPath, StringComparison.Ordinal)
        .Replace("/tmp/runner", Path.Combine(_root.FullName, "runner"), StringComparison.Ordinal);

    private static void CopyTree(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }
}

internal sealed class HostSandboxHost : ISandboxHost
{
    private readonly Lock _lock = new();

    public IReadOnlyDictionary<string, string> SiteEnvironment { get; } = new Dictionary<string, string>();

    public List<HostSandbox> Started { get; } = [];

    public bool OutOfMemory { get; init; }

    public EnvironmentException? Refuses { get; init; }

    public Action? OnStart { get; init; }

    public Diagnostic? NetworkProblem { get; init; }

    public IReadOnlyList<Diagnostic> Notices { get; init; } = [];

    public int TreeOwnerShift => 0;

    public void WarmUp()
    {
    }

    public ValueTask<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        OnStart?.Invoke();
        if (Refuses is not null)
        {
            throw Refuses;
        }

        var sandbox = new HostSandbox(spec) { OutOfMemory = OutOfMemory };
        lock (_lock)
        {
            Started.Add(sandbox);
        }

        return new(sandbox);
    }

    public Diagnostic? FindNetworkProblem() => NetworkProblem;

    public Task EndSandboxesAsync() => Task.CompletedTask;

    public Task<int> CleanUpAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class FakeImages : IImageBuilder
{
    public List<BaseImage> Asked { get; } = [];

    public ImageConfig Config { get; init; } = ImageConfig.Empty;

    public ValueTask<ResolvedImage> ResolveAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken)
    {
        lock (Asked)
        {
            Asked.Add(recipe.Base);
        }

        context.Observer.Report("looking for the image");
        var digest = Digest.Of("image"u8);
        return new(new ResolvedImage(["/"], Config.With(recipe.Config), [new(null, digest, LayerOutcome.Reused, TimeSpan.FromMilliseconds(3), 42)]));
    }

    public ValueTask<HeldImage> OpenAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Runs mount images.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class DirectorySource : IWorkspaceSource
{
    public int Captures { get; private set; }

    public ValueTask<CapturedWorkspace> CaptureAsync(string directory, string organization, int ownerShift, CancellationToken cancellationToken)
    {
        Captures++;
        return new(new CapturedWorkspace([directory], [], [], null!)); // no image of these tests copies from it
    }
}

internal sealed class FakeHasher : IFileHasher
{
    public string HashFiles(string root, IReadOnlyList<string> patterns) =>
        Directory.GetFiles(root, patterns[0]).Length == 0 ? "" : Digest.Of(File.ReadAllBytes(Directory.GetFiles(root, patterns[0])[0])).Hex;
}
