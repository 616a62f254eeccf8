using System.Globalization;

namespace Strata.Bench;

/// <summary>An image of ten steps, one of which copies 5,000 files: built first, built again, built with another last step; against buildah and docker.</summary>
internal static class ImageBuildBench
{
    private const int Files = 5000, FilesOfDirectory = 100;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        await TinyTree.MakeAsync(directory);
        MakeFiles(directory.File("project/files"));
        File.Copy(directory.File("tiny.tar"), directory.File("project/tiny.tar"));
        await Shell.RunAsync("rm -rf tree; printf 'tiny.tar\\n' > project/.dockerignore; cp project/.dockerignore project/.gitignore", directory.Path);
        await Task.Delay(TimeSpan.FromSeconds(3)); // what changed just now is read again, as by all three
        await using var docker = await DockerDaemon.StartAsync(directory);
        await docker.RunAsync("import tiny.tar tiny:1", directory.Path);
        await Shell.RunAsync($"id=$({Buildah(directory)} from scratch) && {Buildah(directory)} add -q $id tiny.tar / && {Buildah(directory)} commit -q $id tiny:1", directory.Path);

        var result = new BenchResult("image-build", $"Ten steps on busybox, one of them copies {Files} files. docker's and buildah's storage and daemon are there and warm.");
        var project = directory.File("project");
        (string Name, Func<Task> Run)[] contenders =
        [
            ("strata image build", () => Shell.RunAsync(Path.Combine(repository, "strata"), ["image", "build", "--no-site", "--data", directory.File("data")], project)),
            ("buildah bud --layers", () => Shell.RunAsync($"{Buildah(directory)} bud -q --layers --isolation=chroot --network=host --pull-never -t bench .", project)),
            ("docker build", () => docker.RunAsync("build -q --network=none -t bench .", project)),
        ];

        await Shell.RunAsync(Path.Combine(repository, "strata"), ["image", "pull", "images.tiny", "--data", directory.File("data")], Write(project, 0));
        var variant = 0;
        var first = await Measurement.InTurnAsync(2, () => Next(() => Write(project, ++variant, first: true)), contenders);
        result.Table(Named(first, "first build, "));
        Write(project, 0);
        var unchanged = await Measurement.InTurnAsync(10, contenders);
        result.Table(Named(unchanged, "nothing changed, "));
        variant = 1000;
        var command = await Measurement.InTurnAsync(5, ("the command alone", () => Shell.RunAsync("true", project)));
        var last = await Measurement.InTurnAsync(5, () => Next(() => Write(project, ++variant)), contenders);
        result.Table(Named(last, "last step changed, "));

        foreach (var (samples, peer) in first.Skip(1).Select((s, i) => (s, contenders[i + 1].Name)))
        {
            Figure(result, Measurement.Ratio(first[0], samples), $"first build: {{0:0.00}}× {peer} (figure: ≤ 1.0)", 1.0);
        }

        foreach (var (samples, peer) in unchanged.Skip(1).Select((s, i) => (s, contenders[i + 1].Name)))
        {
            var ratio = Measurement.Ratio(samples, unchanged[0]);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"nothing changed: {ratio:0.0}× faster than {peer} (figure: ≥ 10)"), ratio >= 10);
        }

        result.Figure(string.Create(CultureInfo.InvariantCulture, $"nothing changed: {unchanged[0].Median:0} ms (figure: < 100)"), unchanged[0].Median < 100);
        foreach (var (samples, peer) in last.Skip(1).Select((s, i) => (s, contenders[i + 1].Name)))
        {
            var ratio = (last[0].Median - command[0].Median) / (samples.Median - command[0].Median);
            Figure(result, ratio, $"last step changed: {{0:0.00}}× the overhead of {peer} (figure: ≤ 0.33)", 1.0 / 3);
        }

        return result;
    }

    private static Task Next(Func<string> write)
    {
        write();
        return Task.CompletedTask;
    }

    private static void Figure(BenchResult result, double ratio, string text, double max) =>
        result.Figure(string.Format(CultureInfo.InvariantCulture, text, ratio), ratio <= max);

    private static IEnumerable<Samples> Named(IEnumerable<Samples> samples, string before) => samples.Select(s => s with { Name = before + s.Name });

    private static string Buildah(ThrowawayDirectory directory) =>
        $"buildah --root {directory.File("buildah")} --runroot {directory.File("buildah-run")} --storage-driver overlay";

    /// <summary>The same image in both languages.</summary>
    /// <param name="first">Every step is another one than before, not only the last.</param>
    private static string Write(string project, int variant, bool first = false)
    {
        var early = first ? string.Create(CultureInfo.InvariantCulture, $" v{variant}") : "";
        var commands = Enumerable.Range(1, 9).Select(i => i < 9 ? $"echo {i}{early} > /step{i}" : $"echo {i} v{variant} > /step{i}").ToList();
        File.WriteAllText(Path.Combine(project, "strata.yml"), $$"""
            images:
              tiny: { from: "rootfs:tiny.tar" }
              bench:
                from: images.tiny
                network: none
                steps:
                  - copy: { from: files/, to: /files/ }
            {{string.Join('\n', commands.Select(c => $"      - run: {c}"))}}
            jobs: { none: { image: bench, steps: [{ run: "true" }] } }
            """);
        File.WriteAllText(Path.Combine(project, "Dockerfile"), $"""
            FROM tiny:1
            COPY files/ /files/
            {string.Join('\n', commands.Select(c => $"RUN {c}"))}
            """);
        return project;
    }

    private static void MakeFiles(string directory)
    {
        for (var i = 0; i < Files; i++)
        {
            var parent = Path.Combine(directory, $"d{i / FilesOfDirectory}");
            Directory.CreateDirectory(parent);
            File.WriteAllText(Path.Combine(parent, $"f{i}.txt"), $"file {i}\n{new string('x', i % 700)}\n");
        }
    }
}
