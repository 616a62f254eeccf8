using System.Diagnostics;
using Strata.Artifacts.Archives;
using Strata.Core;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Artifacts.Tests.Archives;

/// <summary>Directories and layers of a test, gone with this.</summary>
internal sealed class SampleTree : IDisposable
{
    /// <summary>lsetxattr and llistxattr of x86-64.</summary>
    private const string Attributes = """
        set_attribute() { perl -e 'my ($path, $name, $value) = @ARGV; syscall(189, $path, $name, $value, length $value, 0) == 0 or die $!' "$@"; }
        list_attributes() { perl -e 'my ($path, $names) = ($ARGV[0], "x" x 999); print substr($names, 0, syscall(195, $path, $names, 999))' "$@"; }
        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-archives-");

    public SampleTree() => Directory.CreateDirectory(Data);

    public string Data => this["data"];

    public ILayerPlace Layers => new LocalLayerStore(Data, TimeProvider.System).Of(LayerOrg.Of("acme"));

    public string this[string name] => Path.Combine(_root.FullName, name);

    public static string Shell(string script, string? directory = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -e\n{Attributes}\n{script}"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "/" };
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync();
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        shell.ExitCode.ShouldBe(0, errors.GetAwaiter().GetResult());
        return output;
    }

    /// <summary>A directory that the script fills.</summary>
    public string Make(string name, string script)
    {
        Directory.CreateDirectory(this[name]);
        Shell(script, this[name]);
        return this[name];
    }

    /// <summary>Each script fills a layer, bottom first; all are stored.</summary>
    public async Task<StoredTree> StoreAsync(params string[] scripts)
    {
        var layers = new List<Digest>();
        PackedLayer? packed = null;
        for (var i = 0; i < scripts.Length; i++)
        {
            var source = Make($"source-{Guid.NewGuid():n}", scripts[i]);
            using var write = Layers.Start();
            packed = await LayerPacker.FromDirectoryAsync(source, write.Target, PackOptions.Default with { OverlayMarks = true }, CancellationToken.None);
            using var commit = await write.CommitAsync(packed, CancellationToken.None);
            layers.Add(packed.Digest);
        }

        return new(layers, packed!.TreeDigest, packed.ContentBytes, packed.EntryCount - 1);
    }

    public async Task<ArtifactContent> OpenAsync(StoredTree tree) => (await ArtifactContent.OpenAsync(Layers, tree, CancellationToken.None)).Content!;

    public async Task<ArtifactContent> OpenAsync(params string[] scripts) => await OpenAsync(await StoreAsync(scripts));

    /// <summary>Names need not be text.</summary>
    public void Dispose() => Shell($"rm -rf {_root.FullName}");
}
