using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Trees;

public sealed class ScratchDirectoryTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("strata-scratch-").FullName;

    public ScratchDirectoryTests() =>
        File.SetUnixFileMode(_parent, (UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit);

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task Users_who_are_all_root_in_their_own_namespaces_do_not_meet()
    {
        using var roots = ScratchDirectory.Create(_parent);

        var first = await TestChild.FinishAsync(TestChild.StartRootless(4242, "scratch", _parent));
        var second = await TestChild.FinishAsync(TestChild.StartRootless(4243, "scratch", _parent));

        roots.Path.ShouldStartWith($"{_parent}/strata-0/");
        first.ShouldStartWith($"{_parent}/strata-4242/");
        second.ShouldStartWith($"{_parent}/strata-4243/");
    }

    [Fact]
    public void A_name_that_another_user_took_is_not_used()
    {
        var taken = Directory.CreateDirectory(Path.Combine(_parent, "strata-0")).FullName;
        ScratchDirectory.CanUse(_parent).ShouldBeTrue();
        using var chown = System.Diagnostics.Process.Start("chown", ["4242", taken]);
        chown.WaitForExit();

        ScratchDirectory.CanUse(_parent).ShouldBeFalse();
        Should.Throw<IOException>(() => ScratchDirectory.Create(_parent)).Message.ShouldContain("belongs to another user");
    }
}
