using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Trees;

public sealed class NewerEntryTests : IDisposable
{
    private static readonly DateTime Built = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TemporaryDirectory _directory = new();

    public NewerEntryTests()
    {
        foreach (var name in (string[])["stamp", "tree/a.cs", "tree/deep/er/b.cs", "tree/deep/packages.lock.json"])
        {
            _directory.Write(name, name);
        }

        Age("stamp", Built);
        foreach (var path in Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("stamp", StringComparison.Ordinal)))
        {
            Age(path, Built);
        }

        Age("tree", Built);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Nothing_is_newer_that_is_as_old() => IsNewer().ShouldBeFalse();

    [Fact]
    public void A_tree_of_the_first_second_is_as_good_as_any()
    {
        foreach (var name in (string[])["tree/deep/er/b.cs", "tree/deep/er", "tree/a.cs", "tree"])
        {
            Age(name, DateTime.UnixEpoch);
        }

        IsNewer().ShouldBeFalse();
    }

    [Theory]
    [InlineData("tree/a.cs")]
    [InlineData("tree/deep/er/b.cs")]
    [InlineData("tree/deep/er")]
    [InlineData("tree")]
    public void A_file_or_a_directory_that_is_newer_is_found(string name)
    {
        Age(name, Built.AddTicks(1));
        IsNewer().ShouldBeTrue();
    }

    [Fact]
    public void A_name_that_does_not_matter_is_left_out()
    {
        Age("tree/deep/packages.lock.json", Built.AddDays(1));
        IsNewer().ShouldBeFalse();
        NewerEntry.Exists(_directory.Combine("tree"), _directory.Combine("stamp"), "other"u8).ShouldBeTrue();
    }

    [Fact]
    public void What_was_removed_shows_in_its_directory()
    {
        File.Delete(_directory.Combine("tree/deep/er/b.cs"));
        IsNewer().ShouldBeTrue();
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        _directory.Write("elsewhere/new.cs", "");
        File.CreateSymbolicLink(_directory.Combine("tree/link"), "../elsewhere");
        Shell.Run(_directory.Path, $"touch -h -d '{Built:yyyy-MM-dd HH:mm:ss}Z' tree/link tree");
        IsNewer().ShouldBeFalse();
    }

    [Fact]
    public void What_cannot_be_looked_at_counts_as_newer()
    {
        NewerEntry.Exists(_directory.Combine("absent"), _directory.Combine("stamp"), default).ShouldBeTrue();
        NewerEntry.Exists(_directory.Combine("tree"), _directory.Combine("absent"), default).ShouldBeTrue();
        NewerEntry.Exists(_directory.Combine("tree/a.cs"), _directory.Combine("stamp"), default).ShouldBeFalse();
    }

    private bool IsNewer() => NewerEntry.Exists(_directory.Combine("tree"), _directory.Combine("stamp"), "packages.lock.json"u8);

    private void Age(string name, DateTime time)
    {
        var path = _directory.Combine(name);
        if (Directory.Exists(path))
        {
            Directory.SetLastWriteTimeUtc(path, time);
        }
        else
        {
            File.SetLastWriteTimeUtc(path, time);
        }
    }
}
