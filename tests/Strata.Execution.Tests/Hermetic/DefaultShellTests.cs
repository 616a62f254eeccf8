using Strata.Execution.Hermetic;
using Strata.Layers;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Execution.Tests.Hermetic;

public sealed class DefaultShellTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("strata-shell-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("usr/bin", "bash")]
    [InlineData("bin", "bash")]
    [InlineData("sbin", "sh")]
    public async Task It_is_bash_where_the_image_has_it(string directory, string shell)
    {
        using var image = await ImageAsync(directory);

        new DefaultShell([image]).Find().Arguments.ShouldBe([shell, "-e", "{0}"]);
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_now_is_looked_at_again()
    {
        using var image = await ImageAsync("bin");
        var shell = new DefaultShell([image]);
        var path = Directory.EnumerateFiles(_directory.FullName, "image.erofs", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, new byte[bytes.Length]);

        Should.Throw<DamagedLayerException>(() => shell.Find());
        await File.WriteAllBytesAsync(path, bytes);

        shell.Find().Arguments[0].ShouldBe("bash");
    }

    private async Task<LayerLease> ImageAsync(string directory)
    {
        var tree = _directory.CreateSubdirectory("tree");
        await File.WriteAllTextAsync(Path.Combine(tree.CreateSubdirectory(directory).FullName, "bash"), "");
        using var write = new LocalLayerStore(_directory.FullName, TimeProvider.System).Public.Start();
        var packed = await LayerPacker.FromDirectoryAsync(tree.FullName, write.Target, PackOptions.Default, CancellationToken.None);
        return (await write.CommitAsync(packed, CancellationToken.None)).Lease!;
    }
}
