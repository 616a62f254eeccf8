using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Storage.Tests.S3;

namespace Strata.Bench;

/// <summary>
/// A cache of a large tree, in S3: saved first, saved with a hundredth changed, restored with and without the host's copy, and read by a whole job; against tar, zstd and curl on the same server,
/// and the same job on unpacked files.
/// </summary>
internal static class DependencyCacheBench
{
    private const int Rounds = 3;

    public static Task<BenchResult> RunAsync(string repository) =>
        RunAsync(repository, "dependency-cache", SampleTree.What, static directory => Task.FromResult(SampleTree.Make(directory)));

    public static Task<BenchResult> ManyFilesAsync(string repository) => RunAsync(repository, "dependency-cache-50k", "50,000 files, 1 GB", static directory =>
    {
        var tree = Directory.CreateDirectory(directory.File("tree")).FullName;
        ManyFiles.Make(tree, 20_000);
        return Task.FromResult(tree);
    });

    /// <summary>What a web project of some size installs: 300 MB, 15,000 files and more.</summary>
    public static Task<BenchResult> NodeModulesAsync(string repository) => RunAsync(repository, "dependency-cache-node-modules", "A real node_modules", static async directory =>
    {
        var project = Directory.CreateDirectory(directory.File("npm")).FullName;
        await Shell.RunAsync("npm init -y && npm install --ignore-scripts --no-audit --no-fund next@14 @angular/cli@18 typescript@5 webpack@5 eslint@9 jest@29 date-fns@3 @mui/material@5 react-icons@5", project);
        return Path.Combine(project, "node_modules");
    });

    private static async Task<BenchResult> RunAsync(string repository, string name, string what, Func<ThrowawayDirectory, Task<string>> make)
    {
        using var server = new RadosGw();
        using var directory = new ThrowawayDirectory();
        var tree = await make(directory);
        await TinyTree.MakeAsync(directory);
        var project = Directory.CreateDirectory(directory.File("project")).FullName;
        File.Copy(directory.File("tiny.tar"), Path.Combine(project, "tiny.tar"));
        await Shell.RunAsync($"tar -C {tree} -cf {project}/tree.tar .", directory.Path);
        var bench = new Job(repository, directory, project, server);
        var result = new BenchResult(
            name,
            $"{what}. Of strata what its report says (saveMs, restoreMs); radosgw in memory, on loopback; the peer is tar | zstd -T0 -3, then curl, and the way back. Whole jobs read every file; one is given the cache, the other unpacks a tar that lies beside it.");

        var (saves, changes, colds, warms) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var peer = (Saves: new List<double>(), Restores: new List<double>());
        var (savedBytes, changedBytes) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var first = await bench.RunAsync($"k{round}-1", "mkdir -p ~/cache && busybox tar xf tree.tar -C ~/cache");
            saves.Add(Number(first, "saveMs"));
            savedBytes = (long)Number(first, "savedBytes");
            var changed = await bench.RunAsync($"k{round}-2", "find ~/cache -type f | sort | awk 'NR % 100 == 0' | while read f; do echo x >> \"$f\"; done", $"k{round}-");
            changes.Add(Number(changed, "saveMs"));
            changedBytes = (long)Number(changed, "savedBytes");
            warms.Add(Number(await bench.RunAsync($"k{round}-2", "ls ~/cache"), "restoreMs"));
            await Shell.RunAsync($"rm -rf {directory.File("data")}/layers/local", directory.Path);
            colds.Add(Number(await bench.RunAsync($"k{round}-2", "ls ~/cache"), "restoreMs"));
            await AddPeerAsync(peer.Saves, peer.Restores, directory, server);
        }

        var (mounted, unpacked) = (new List<double>(), new List<double>());
        const string read = "find ~/cache -type f -print0 | xargs -0 cat > /dev/null";
        for (var round = 0; round < Rounds; round++)
        {
            mounted.Add(WholeMs(await bench.RunAsync("k0-1", "true", work: read)));
            unpacked.Add(WholeMs(await bench.RunAsync($"none{round}", "mkdir -p ~/cache && busybox tar xf tree.tar -C ~/cache", work: read, save: "never")));
        }

        Samples[] all =
        [
            new("strata, first save", saves), new("tar | zstd, curl", peer.Saves), new("strata, save with some changed", changes),
            new("strata, restore, not on this host", colds), new("curl, zstd | tar", peer.Restores), new("strata, restore, on this host", warms),
            new("whole job, mounted", mounted), new("whole job, unpacked", unpacked),
        ];
        result.Table(all);
        Faster(result, all[1], all[0], "first save", 1.5);
        Faster(result, all[1], all[2], "save with some changed", 10);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"bytes of that save: {100.0 * changedBytes / savedBytes:0.0} % (figure: ≤ 5 where 1 % changed)"), changedBytes <= savedBytes / 20);
        Faster(result, all[4], all[3], "cold restore", 3);
        Faster(result, all[4], all[5], "warm restore", 100);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"warm restore: {all[5].Median:0} ms (figure: ≤ 50)"), all[5].Median <= 50);
        var job = all[6].Median / all[7].Median;
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"whole job on the mounted cache: {job:0.00} of the time on unpacked files (figure: ≤ 1)"), job <= 1.02);
        return result;
    }

    private static double WholeMs(JsonNode report) => (double)report["jobs"]![0]!["durationMs"]!;

    private static void Faster(BenchResult result, Samples peer, Samples own, string what, double min)
    {
        var ratio = peer.Median / Math.Max(own.Median, 1);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{what}: {ratio:0.0}× faster (figure: ≥ {min})"), ratio >= min);
    }

    private static double Number(JsonNode report, string name) => (double)report["jobs"]![0]!["caches"]![0]![name]!;

    /// <summary>It too saves what was just written.</summary>
    private static async Task AddPeerAsync(List<double> saves, List<double> restores, ThrowawayDirectory directory, RadosGw server)
    {
        var url = $"{server.Endpoint}{RadosGw.Bucket}/peer{saves.Count}"; // a new object each time, as ours
        var sign = $"--aws-sigv4 aws:amz:default:s3 --user {RadosGw.AccessKey}:{RadosGw.SecretKey} -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD'";
        await Shell.RunAsync("rm -rf fresh peer && mkdir fresh peer && tar -C fresh -xf project/tree.tar", directory.Path);
        saves.Add(await TimeAsync($"tar -C fresh -cf - . | zstd -q -T0 -3 -f -o peer.zst && curl -sSf {sign} -T peer.zst {url} -o answer", directory));
        restores.Add(await TimeAsync($"curl -sSf {sign} {url} -o back.zst && zstd -q -dc back.zst | tar -C peer -xf -", directory));
    }

    private static async Task<double> TimeAsync(string script, ThrowawayDirectory directory)
    {
        var start = Stopwatch.GetTimestamp();
        await Shell.RunAsync(script, directory.Path);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private sealed class Job(string repository, ThrowawayDirectory directory, string project, RadosGw server)
    {
        public async Task<JsonNode> RunAsync(string key, string command, string? restoreKey = null, string work = "true", string save = "on-success")
        {
            File.WriteAllText(Path.Combine(project, "strata.yml"), $$"""
                jobs:
                  job:
                    image: { from: "rootfs:tiny.tar" }
                    network: none
                    caches:
                      - { paths: [~/cache], key: {{key}}, save: {{save}}{{(restoreKey is null ? "" : $", restore-keys: [{restoreKey}]")}} }
                    steps:
                      - run: |
                          {{command}}
                      - run: |
                          {{work}}
                """);
            var report = directory.File("report.json");
            await Shell.RunAsync(
                $"AWS_ACCESS_KEY_ID={RadosGw.AccessKey} AWS_SECRET_ACCESS_KEY={RadosGw.SecretKey} {repository}/strata run --no-site --data {directory.File("data")} --storage '{server.Url()}' --report {report}",
                project);
            return JsonNode.Parse(await File.ReadAllBytesAsync(report))!;
        }
    }
}
