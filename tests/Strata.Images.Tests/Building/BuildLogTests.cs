using System.Text;
using Strata.Images.Building;

namespace Strata.Images.Tests.Building;

public sealed class BuildLogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("strata-log-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Who_waits_reads_along_masked_and_to_the_end()
    {
        var path = Path.Combine(_directory.FullName, "builds/a.log");
        var (told, followed) = (new List<string>(), new List<string>());
        using var follower = new LogFollower(path, followed.Add);
        follower.Read(); // nothing is there yet
        using (var log = new BuildLog(path, static line => line.Replace("secret", "***", StringComparison.Ordinal), told.Add))
        {
            await log.WriteAsync(Encoding.UTF8.GetBytes("one\ntwo se"), CancellationToken.None);
            follower.Read();
            await log.WriteAsync(Encoding.UTF8.GetBytes("cret\nthree"), CancellationToken.None);
            log.End();
            log.LastLines.ShouldBe(["one", "two ***", "three"]);
        }

        follower.Read(); // the file is gone, and still open here
        told.ShouldBe(["one", "two ***", "three"]);
        followed.ShouldBe(["one", "two ***", "three"]);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_last_lines_are_kept_and_a_log_that_cannot_be_written_fails_nothing()
    {
        using var log = new BuildLog("/proc/nowhere/a.log", static line => line, static _ => { });
        for (var i = 0; i < 50; i++)
        {
            await log.WriteAsync(Encoding.UTF8.GetBytes($"{i}\n"), CancellationToken.None);
        }

        log.LastLines.Count.ShouldBe(20);
        log.LastLines[^1].ShouldBe("49");
    }
}
