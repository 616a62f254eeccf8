using System.Diagnostics;
using System.Globalization;

namespace Strata.Bench;

/// <summary>The examples, run for the first time, when only their images are there, and again.</summary>
internal static class HermeticExamplesBench
{
    private const int Rounds = 3;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "hermetic-examples", "`strata run` of an example, in which all steps but tests are hermetic: with an empty data directory, with nothing but the images, and when nothing changed. Tests run each time.");
        using var directory = new ThrowawayDirectory();
        foreach (var name in (string[])["node-app", "c-library"])
        {
            await Shell.RunAsync($"git -C {repository}/examples/{name} archive --prefix={name}/ HEAD . | tar -xf -", directory.Path);
            var (project, data) = (directory.File(name), directory.File($"{name}-data"));
            await Task.Delay(TimeSpan.FromSeconds(3));
            var first = await TimeAsync(repository, project, data);
            var (again, warm) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                File.Delete(Path.Combine(data, "strata.db")); // with all that was kept of steps and caches
                File.Delete(Path.Combine(data, "strata.db-wal"));
                File.Delete(Path.Combine(data, "strata.db-shm"));
                again.Add(await TimeAsync(repository, project, data));
                warm.Add(await TimeAsync(repository, project, data));
            }

            Samples[] all = [new($"{name}, first", [first]), new($"{name}, images there", again), new($"{name}, nothing changed", warm)];
            result.Table(all);
            var ratio = first / all[2].Median;
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{name}: {ratio:0.0}× faster than the first run (figure: ≥ 10), {all[1].Median / all[2].Median:0.0}× faster than with the images alone"), ratio >= 10);
        }

        return result;
    }

    private static async Task<double> TimeAsync(string repository, string project, string data)
    {
        var start = Stopwatch.GetTimestamp();
        await Shell.RunAsync(Path.Combine(repository, "strata"), ["run", project, "--data", data], project);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
