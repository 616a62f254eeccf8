using System.Formats.Tar;
using Strata.Core.Diagnostics;

namespace Strata.Images.Tests;

public sealed class RootFsTests : IDisposable
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-images-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_archive_is_imported_once_and_again_when_it_changes()
    {
        var path = Archive("rootfs.tar", "one");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        var time = new FutureTime();
        var first = await Resolve(path, time);
        first.Layers[0].Outcome.ShouldBe(LayerOutcome.Built);
        (await Resolve(path, time)).Layers[0].Outcome.ShouldBe(LayerOutcome.Reused);
        Archive("rootfs.tar", "two");
        var changed = await Resolve(path, time);
        changed.Layers[0].Outcome.ShouldBe(LayerOutcome.Built);
        changed.Digest.ShouldNotBe(first.Digest);
        changed.Lowers.ShouldHaveSingleItem().ShouldBeOfType<Strata.Sandbox.SandboxTree.Mounted>();
        (await ImageFiles.ReadAsync(changed, Path.Combine(_directory, "data"), Strata.Layers.Store.LayerOrg.Parse("local")))["bin/sh"].ShouldBe("two");
    }

    [Fact]
    public async Task A_file_that_has_just_changed_is_read_again()
    {
        var path = Archive("rootfs.tar", "one");
        await Resolve(path, TimeProvider.System);
        (await Resolve(path, TimeProvider.System)).Layers[0].Outcome.ShouldBe(LayerOutcome.Built);
    }

    [Fact]
    public async Task A_damaged_layer_is_imported_again()
    {
        var path = Archive("rootfs.tar", "one");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        var time = new FutureTime();
        var first = await Resolve(path, time);
        var image = Directory.GetFiles(_directory, "image.erofs", SearchOption.AllDirectories).ShouldHaveSingleItem();
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = File.OpenWrite(image))
        {
            file.Position = 5000;
            file.WriteByte(1);
        }

        var again = await Resolve(path, time);

        again.Layers[0].Outcome.ShouldBe(LayerOutcome.Built);
        again.Digest.ShouldBe(first.Digest);
    }

    [Fact]
    public async Task Where_owners_are_shifted_the_layer_is_extracted()
    {
        var path = Archive("rootfs.tar", "one");
        var data = Path.Combine(_directory, "data");
        using var resolver = new ImageResolver(data, Strata.Layers.Trees.OwnerPolicy.Rootless, TimeProvider.System);

        var image = await resolver.ResolveAsync(new BaseImage.RootFs(path, At), new ProgressLines(), CancellationToken.None);

        var directory = image.Lowers.ShouldHaveSingleItem().ShouldBeOfType<Strata.Sandbox.SandboxTree.HostDirectory>();
        (await File.ReadAllTextAsync(Path.Combine(directory.Path, "bin/sh"))).ShouldBe("one");
    }

    [Fact]
    public async Task An_owner_that_a_normal_users_job_cannot_have_is_a_user_error_at_its_place()
    {
        var path = Path.Combine(_directory, "owners.tar");
        await using (var writer = new TarWriter(File.Create(path)))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "file") { Uid = 70_000 });
        }

        using var resolver = new ImageResolver(Path.Combine(_directory, "data"), Strata.Layers.Trees.OwnerPolicy.Rootless, TimeProvider.System);
        var error = await Should.ThrowAsync<UserErrorException>(
            async () => await resolver.ResolveAsync(new BaseImage.RootFs(path, At), new ProgressLines(), CancellationToken.None));

        (error.Diagnostics.ShouldHaveSingleItem().Code, error.Diagnostics[0].At).ShouldBe(("STR3201", At));
        error.Message.ShouldContain("70000");
    }

    [Theory]
    [InlineData("../evil", "STR3201")]
    [InlineData("/evil", "STR3201")]
    public async Task A_hostile_archive_is_a_user_error_at_its_place(string name, string code)
    {
        var path = Path.Combine(_directory, "hostile.tar");
        await using (var writer = new TarWriter(File.Create(path)))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name));
        }

        var error = (await Should.ThrowAsync<UserErrorException>(() => Resolve(path, TimeProvider.System))).Diagnostics.ShouldHaveSingleItem();
        error.Code.ShouldBe(code);
        error.At.ShouldBe(At);
        error.Message.ShouldContain("evil");
        File.Exists(Path.Combine(_directory, "evil")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("missing.tar", "STR3005")]
    [InlineData("", "STR3005")]
    public async Task What_is_no_file_is_a_user_error(string name, string code) =>
        (await Should.ThrowAsync<UserErrorException>(() => Resolve(Path.Combine(_directory, name), TimeProvider.System)))
            .Diagnostics.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public async Task A_damaged_archive_is_a_user_error()
    {
        var path = Path.Combine(_directory, "x.tar");
        await File.WriteAllTextAsync(path, "no archive");
        (await Should.ThrowAsync<UserErrorException>(() => Resolve(path, TimeProvider.System))).Diagnostics[0].Code.ShouldBe("STR3202");
    }

    private async Task<ResolvedImage> Resolve(string path, TimeProvider time)
    {
        var data = Path.Combine(_directory, "data");
        using var resolver = new ImageResolver(data, Strata.Layers.Trees.OwnerPolicy.Root, time);
        return await resolver.ResolveAsync(new BaseImage.RootFs(path, At), new ProgressLines(), CancellationToken.None);
    }

    private string Archive(string name, string shell)
    {
        var path = Path.Combine(_directory, name);
        using var writer = new TarWriter(File.Create(path));
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/sh") { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(shell)) });
        return path;
    }

    /// <summary>Long after any file was changed.</summary>
    private sealed class FutureTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(1);
    }
}
