using Strata.Layers.Mounting;
using Strata.Layers.Tests.Erofs;

namespace Strata.Layers.Tests.Mounting;

public sealed class LayerMountTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_probe_says_how_and_leaves_nothing()
    {
        LayerMountProbe.Probe(_directory.Path).ShouldBe(LayerMountMethod.File);
        Directory.EnumerateFileSystemEntries(_directory.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("with,comma", LayerMountMethod.File)]
    [InlineData("with,comma", LayerMountMethod.Loop)]
    [InlineData("with:colon and blank\\", LayerMountMethod.File)]
    [InlineData("long", LayerMountMethod.File)]
    public async Task A_path_may_hold_any_character_and_be_long(string name, LayerMountMethod method)
    {
        var directory = _directory.Combine(name == "long" ? $"{new string('a', 200)}/{new string('b', 200)}" : name);
        Directory.CreateDirectory(directory);
        LayerImages.Build(Path.Combine(directory, "0.erofs"), l => l.AddFile("f", "content\n"));
        Directory.CreateDirectory(Path.Combine(directory, "0"));
        (await TestChild.FinishAsync(TestChild.StartMounted("", "mount", method.ToString(), Path.Combine(directory, "0"), Path.Combine(directory, "0.erofs"))))
            .ShouldBe("f: content\n\nafter: 0\n");
    }

    [Theory]
    [InlineData(LayerMountMethod.File)]
    [InlineData(LayerMountMethod.Loop)]
    public async Task A_view_is_mounted_with_the_images_that_hold_its_data(LayerMountMethod method)
    {
        var directory = _directory.Combine("a,b");
        Directory.CreateDirectory(Path.Combine(directory, "t"));
        var data = Path.Combine(directory, "data.erofs");
        LayerImages.Build(data, l => l.AddFile("far", "elsewhere\n"));
        Views.OneFile(Path.Combine(directory, "view.erofs"), data, "far", "near");
        (await TestChild.FinishAsync(TestChild.StartMounted("", "mount", method.ToString(), Path.Combine(directory, "t"), Path.Combine(directory, "view.erofs"), data)))
            .ShouldBe("near: elsewhere\n\nafter: 0\n");
    }

    [Fact]
    public void What_is_no_layer_is_refused()
    {
        var image = _directory.Write("image", new string('x', 8192));
        var refused = Should.Throw<IOException>(() => LayerMount.Open(image, [], LayerMountMethod.File));
        refused.Message.ShouldContain("Invalid argument");
    }

    [Fact]
    public async Task Loop_devices_do_not_outlive_their_mounts()
    {
        var image = _directory.Combine("0.erofs");
        LayerImages.Build(image, l => l.AddFile("f", "content\n"));
        LayerMount.Open(image, [], LayerMountMethod.Loop).Dispose();
        await Task.Delay(100); // the kernel frees it on its own
        Directory.GetDirectories("/sys/block", "loop*").Select(d => Path.Combine(d, "loop/backing_file")).Where(File.Exists)
            .Select(File.ReadAllText).ShouldNotContain(t => t.StartsWith(_directory.Path, StringComparison.Ordinal));
    }
}
