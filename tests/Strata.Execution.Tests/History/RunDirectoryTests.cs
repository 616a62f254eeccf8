using Strata.Execution.History;

namespace Strata.Execution.Tests.History;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("strata-hist-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public void Ids_are_unique_and_sort_by_time()
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var ids = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            using var run = RunDirectory.Create(_data.FullName, start.AddSeconds(i));
            run.Number.ShouldBe(i + 1);
            ids.Add(run.Id);
        }

        ids.ShouldBe(ids.Order(StringComparer.Ordinal).ToList());
        ids.Distinct().Count().ShouldBe(20);
    }

    [Fact]
    public async Task A_process_that_stands_still_while_it_counts_holds_others_up_and_fails_none()
    {
        var root = Directory.CreateDirectory(RunDirectory.RootOf(_data.FullName)).FullName;
        Task<long> counting;
        using (new FileStream(Path.Combine(root, "number"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            counting = Task.Run(() =>
            {
                using var run = RunDirectory.Create(_data.FullName, DateTimeOffset.UnixEpoch);
                return run.Number;
            });
            await Task.Delay(TimeSpan.FromSeconds(1));
            counting.IsCompleted.ShouldBeFalse();
        }

        (await counting).ShouldBe(1);
    }

    [Theory]
    [InlineData("build (ubuntu, 18)", "build-ubuntu-18")]
    [InlineData("../../etc", "etc")]
    [InlineData(".hidden", "hidden")]
    [InlineData("ä/ö", "unnamed")]
    [InlineData("", "unnamed")]
    public void Names_are_fit_for_files(string name, string expected) => RunDirectory.FileName(name).ShouldBe(expected);

    [Fact]
    public void Old_runs_go_but_never_those_that_live()
    {
        using var oldest = RunDirectory.Create(_data.FullName, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        for (var i = 0; i < 5; i++)
        {
            RunDirectory.Create(_data.FullName, new DateTimeOffset(2021, 1, 1 + i, 0, 0, 0, TimeSpan.Zero)).Dispose();
        }

        RunRetention.Prune(_data.FullName, kept: 2);
        var left = Directory.GetDirectories(RunDirectory.RootOf(_data.FullName)).Select(Path.GetFileName).Order().ToList();
        left.Count.ShouldBe(3);
        left[0].ShouldBe(oldest.Id);
        left[1]!.ShouldStartWith("20210104");
    }

    [Fact]
    public void Jobs_with_names_that_look_alike_get_directories_of_their_own()
    {
        using var run = RunDirectory.Create(_data.FullName, DateTimeOffset.UnixEpoch);
        run.CreateJobDirectory("a b").ShouldEndWith("/a-b");
        run.CreateJobDirectory("a/b").ShouldEndWith("/a-b-2");
    }
}
