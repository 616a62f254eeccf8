using System.Text;
using Strata.Core;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Oci.Tests;
using Strata.Sandbox;

namespace Strata.Images.Tests;

/// <summary>Layers under a real sandbox, id-mapped, by each way there is to mount them.</summary>
public sealed class MountedLayerTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(LayerMountMethod.File)]
    [InlineData(LayerMountMethod.Loop)]
    public async Task A_job_sees_and_changes_files_of_layers_under_the_owners_they_have(LayerMountMethod method)
    {
        const string Files = """
            mkdir -p system/bin system/home/app above/home/app; cp /usr/bin/busybox system/bin; ln -s busybox system/bin/sh; chmod 4755 system/bin/busybox
            echo below > system/home/app/file; echo above > above/home/app/file; echo other > system/home/app/other; chown -R 1000:70000 system/home/app above/home/app; chmod 0700 above/home/app
            """;
        await Programs.RunAsync("sh", "-ec", $"cd {_scratch.Root}; chmod 755 .; {Files}");
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = _scratch["data"] });
        await using var sandbox = await host.StartAsync(
            new()
            {
                Name = "job",
                RootLowers = [await MountedAsync("system", method), await MountedAsync("above", method)],
                WorkspaceLowers = [],
                Network = false,
                Site = false,
                Limits = ResourceLimits.None,
            },
            CancellationToken.None);
        var output = new Output();

        var outcome = await sandbox.ExecAsync(
            new()
            {
                Arguments = ["sh", "-c", "busybox stat -c '%n %a %u:%g' /bin/busybox /home/app /home/app/file /home/app/other; echo more >> /home/app/file; busybox chown 5:6 /home/app/other; busybox stat -c '%u:%g' /home/app/file /home/app/other; busybox cat /home/app/file"],
                Environment = new Dictionary<string, string> { ["PATH"] = "/bin" },
                WorkingDirectory = "/",
            },
            output, CancellationToken.None);

        outcome.ExitCode.ShouldBe(0, output.Text);
        output.Text.ShouldBe("/bin/busybox 4755 0:0\n/home/app 700 1000:70000\n/home/app/file 644 1000:70000\n/home/app/other 644 1000:70000\n1000:70000\n5:6\nabove\nmore\n");
    }

    private async Task<SandboxTree> MountedAsync(string tree, LayerMountMethod method)
    {
        var image = _scratch[$"{tree}.erofs"];
        await LayerPacker.FromDirectoryAsync(_scratch[tree], new(image, null), new(), CancellationToken.None);
        return new SandboxTree.Mounted(tree, target => LayerMount.At(target, image, [], method).Mount.Dispose());
    }

    private sealed class Output : IExecOutput
    {
        public string Text { get; private set; } = "";

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Text += Encoding.UTF8.GetString(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }
}
