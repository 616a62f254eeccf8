using Strata.Images;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Bench;

/// <summary>examples/node-app, its base system, npm, dependencies and compiled code, as two directories: what `npm test` needs, and no network.</summary>
internal sealed record NodeProject(string Root, string Workspace)
{
    private const string Install = "tools/get-npm.sh && npm ci --no-audit --no-fund && npm run build";

    public static async Task<NodeProject> MakeAsync(ISandboxHost host, ThrowawayDirectory directory, string repository)
    {
        var project = new NodeProject(directory.File("root"), directory.File("workspace"));
        Directory.CreateDirectory(project.Root);
        using (var images = new ImageResolver(directory.File("images"), OwnerPolicy.Root, TimeProvider.System))
        {
            await images.ResolveAsync(
                new BaseImage.Debootstrap("trixie", ["ca-certificates", "nodejs", "node-corepack"], null), new Progress<string>(), CancellationToken.None);
            using var layer = ErofsReader.Open(Directory.GetFiles(directory.File("images/layers"), "image.erofs", SearchOption.AllDirectories).Single());
            await LayerExtractor.ToDirectoryAsync(layer, project.Root, new(OwnerPolicy.Root, ExtractedMarks.None), CancellationToken.None);
        }

        await Shell.RunAsync($"git -C {repository}/examples/node-app archive --prefix=workspace/ HEAD . | tar -xf -", directory.Path);
        await using var sandbox = await host.StartAsync(Spec(project.Root, project.Workspace, network: true), CancellationToken.None);
        await RunAsync(sandbox, Install, host.SiteEnvironment);
        foreach (var (upper, tree) in ((string, string)[])[(sandbox.RootUpper, project.Root), (sandbox.WorkspaceUpper, project.Workspace)])
        {
            await Shell.RunAsync("cp", ["-a", "--no-preserve=ownership", upper + "/.", tree], directory.Path);
        }

        return project;
    }

    public static SandboxSpec Spec(SandboxTree root, SandboxTree workspace, bool network = false) =>
        new() { Name = "bench", RootLowers = [root], WorkspaceLowers = [workspace], Network = network, Site = network };

    public static async Task RunAsync(ISandbox sandbox, string script, IReadOnlyDictionary<string, string> environment)
    {
        var output = new StringOutput();
        var variables = new Dictionary<string, string>(environment)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = "/root",
            ["CI"] = "true",
            ["COREPACK_DEFAULT_TO_LATEST"] = "0",
        };
        var outcome = await sandbox.ExecAsync(
            new() { Arguments = ["/bin/sh", "-c", script], Environment = variables, WorkingDirectory = SandboxSpec.WorkspacePath }, output, CancellationToken.None);
        if (outcome.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script}: {outcome}\n{output.Text}");
        }
    }

    private sealed class StringOutput : IExecOutput
    {
        private readonly List<byte> _bytes = [];

        public string Text => System.Text.Encoding.UTF8.GetString([.. _bytes]);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _bytes.AddRange(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }
}
