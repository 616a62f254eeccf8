using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.Bench;

/// <summary>The install step of package managers: with an empty cache, and with what their preset brought back. The registry is the one this machine uses.</summary>
internal static class InstallStepBench
{
    private const int Rounds = 5;

    private static readonly Installer[] Installers =
    [
        new("npm", "npm", "tools/get-npm.sh", "npm ci --no-audit --no-fund", null),
        new("yarn", "yarn", Corepack("yarn@1.22.22"), "yarn install --frozen-lockfile --non-interactive", "yarn.lock"),
        new("yarn-berry", "yarn-berry", Corepack("yarn@4.9.2"), "YARN_NPM_REGISTRY_SERVER=${COREPACK_NPM_REGISTRY:-https://registry.npmjs.org} YARN_NODE_LINKER=node-modules YARN_ENABLE_TELEMETRY=0 yarn install", "yarn.lock"),
        new("pnpm", "pnpm", Corepack("pnpm@9.15.9"), "pnpm install --frozen-lockfile", "pnpm-lock.yaml"),
        new("npm, node_modules", "node_modules", "tools/get-npm.sh", "test -e node_modules/.package-lock.json || npm ci --no-audit --no-fund", null),
    ];

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        var result = new BenchResult("install-step", "examples/node-app, its 250 packages; of each run the install step's time in the report. Between a cold and a warm run nothing but the cache is another; it is mounted, not unpacked.");
        var samples = new List<Samples>();
        foreach (var installer in Installers)
        {
            var bench = new Bench(repository, directory, installer);
            if (await bench.PrepareAsync() is { } problem)
            {
                result.Figure($"{installer.Name}: not measured here: {problem}", true);
                continue;
            }

            var (cold, warm) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                cold.Add(await bench.InstallAsync(round, "miss"));
                warm.Add(await bench.InstallAsync(round, "hit"));
            }

            Samples[] both = [new($"{installer.Name}, cold", cold), new($"{installer.Name}, warm", warm)];
            samples.AddRange(both);
            var ratio = both[1].Median / Math.Max(both[0].Median, 1);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{installer.Name}: warm takes {ratio:0.00} of cold (figure: ≤ 0.5)"), ratio <= 0.5);
        }

        result.Table(samples);
        return result;
    }

    private static string Corepack(string version) => $"corepack enable {version.Split('@')[0]} && corepack prepare {version} --activate";

    /// <param name="Lock">Made by a first run; null: the project has one.</param>
    private sealed record Installer(string Name, string Preset, string Prepare, string Install, string? Lock);

    private sealed class Bench(string repository, ThrowawayDirectory directory, Installer installer)
    {
        private readonly string _project = directory.File($"project-{installer.Name.Replace(", ", "-", StringComparison.Ordinal)}");

        /// <returns>Why it cannot be measured.</returns>
        public async Task<string?> PrepareAsync()
        {
            Directory.CreateDirectory(_project);
            await Shell.RunAsync($"git -C {repository}/examples/node-app archive HEAD package.json package-lock.json tools | tar -xf -", _project);
            if (installer.Lock is not { } name)
            {
                return null;
            }

            await Shell.RunAsync("sed -i '/packageManager/d' package.json && rm package-lock.json", _project);
            var install = installer.Install.Replace("--frozen-lockfile", "--no-frozen-lockfile", StringComparison.Ordinal).Replace("yarn install --no-frozen-lockfile", "yarn install", StringComparison.Ordinal);
            try
            {
                await RunAsync("lock", install, $"    artifacts: [{{ name: lock, path: {name} }}]\n", $"--out {_project}/out");
                await Shell.RunAsync($"find out -name {name} -exec cp {{}} . ';' && test -e {name}", _project);
                return null;
            }
            catch (InvalidOperationException e)
            {
                return e.Message.Split('\n').LastOrDefault(static line => line.Contains("rror", StringComparison.Ordinal)) ?? "its first install fails";
            }
        }

        public async Task<double> InstallAsync(int round, string outcome)
        {
            var job = (await RunAsync($"r{round}", installer.Install, "", ""))["jobs"]![0]!;
            var found = (string)job["caches"]!.AsArray().Single(cache => (string)cache!["name"]! == "it")!["outcome"]!;
            return found == outcome ? (double)job["steps"]![1]!["durationMs"]! : throw new InvalidOperationException($"{installer.Name}: {found} instead of {outcome}");
        }

        private async Task<JsonNode> RunAsync(string key, string install, string more, string options)
        {
            await File.WriteAllTextAsync(Path.Combine(_project, "strata.yml"), $$"""
                images: { node: { from: "debootstrap:trixie", packages: [ca-certificates, nodejs, node-corepack] } }
                caches:
                  corepack: { paths: [~/.cache/node], key: {{installer.Name.Replace(", ", "-", StringComparison.Ordinal)}}, vary: [platform] }
                  it: { preset: {{installer.Preset}}, key: {{installer.Name.Replace(", ", "-", StringComparison.Ordinal)}}-{{key}} }
                env: { CI: "true", COREPACK_DEFAULT_TO_LATEST: "0" }
                jobs:
                  job:
                    image: node
                    caches: [corepack, it]
                    steps:
                      - run: |
                          {{installer.Prepare}}
                      - run: |
                          {{install}}
                {{more}}
                """);
            var report = directory.File("report.json");
            await Shell.RunAsync($"{repository}/strata run --data {directory.File("data")} --report {report} {options}", _project);
            return JsonNode.Parse(await File.ReadAllBytesAsync(report))!;
        }
    }
}
