using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Strata.Bench;

/// <summary>The install step of package managers: with an empty cache, and with what their preset brought back. The registry is the one this machine uses.</summary>
internal static class InstallStepBench
{
    private const int Rounds = 5;

    private const string Dotnet = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_NOLOGO=1 /opt/dotnet/dotnet";

    /// <summary>As npm writes it unless told otherwise: with it, what was downloaded is found without asking the registry.</summary>
    private const string NpmLock = "npm install --package-lock-only --no-audit --no-fund --omit-lockfile-registry-resolved=false";

    /// <summary>What programs and tests of .NET often use: some 70 packages with all they need.</summary>
    private const string DotnetProject = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesWithLockFile>true</RestorePackagesWithLockFile></PropertyGroup>
          <ItemGroup>
            <PackageReference Include="AWSSDK.S3" Version="4.0.103.4" />
            <PackageReference Include="BenchmarkDotNet" Version="0.14.0" />
            <PackageReference Include="Dapper" Version="2.1.86" />
            <PackageReference Include="FsCheck" Version="3.6.0" />
            <PackageReference Include="Npgsql" Version="10.0.0" />
            <PackageReference Include="OpenTelemetry" Version="1.20.1" />
            <PackageReference Include="Polly.Core" Version="8.9.1" />
            <PackageReference Include="Shouldly" Version="4.2.1" />
            <PackageReference Include="Spectre.Console" Version="0.49.1" />
            <PackageReference Include="YamlDotNet" Version="16.3.0" />
            <PackageReference Include="xunit" Version="2.9.3" />
          </ItemGroup>
        </Project>
        """;

    private static readonly Installer[] Installers =
    [
        Node("npm", "npm", "tools/get-npm.sh", "package-lock.json", NpmLock, "npm ci --no-audit --no-fund"),
        Node("npm, node_modules", "node_modules", "tools/get-npm.sh", "package-lock.json", NpmLock, "test -e node_modules/.package-lock.json || npm ci --no-audit --no-fund"),
        Node("yarn", "yarn", Corepack("yarn@1.22.22"), "yarn.lock", "yarn install --non-interactive", "yarn install --frozen-lockfile --non-interactive"),
        Node("yarn-berry", "yarn-berry", Corepack("yarn@4.9.2"), "yarn.lock", "yarn install --no-immutable", "yarn install"),
        Node("pnpm", "pnpm", Corepack("pnpm@9.15.9"), "pnpm-lock.yaml", "pnpm install --no-frozen-lockfile", "pnpm install --frozen-lockfile"),
        new(
            "dotnet restore",
            "nuget",
            "{ from: \"debootstrap:trixie\", packages: [ca-certificates, libstdc++6, libssl3t64, zlib1g], steps: [{ copy: { from: dotnet/, to: /opt/dotnet } }] }",
            WriteDotnetAsync,
            "true",
            "packages.lock.json",
            $"{Dotnet} restore",
            $"{Dotnet} restore --locked-mode"),
    ];

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        var result = new BenchResult("install-step", "The 250 packages of examples/node-app; those of a .NET project. Of each run the install step's time in the report. Between a cold and a warm run nothing but the cache is another; it is mounted, not unpacked.");
        var samples = new List<Samples>();
        await Shell.RunAsync("npm config get registry > registry", directory.Path);
        var registry = File.ReadAllText(directory.File("registry")).Trim();
        foreach (var installer in Installers)
        {
            var bench = new Bench(repository, directory, installer, registry);
            if (!await bench.TryPrepareAsync())
            {
                result.Missing($"{installer.Name}, whose first install fails");
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

    private static string Corepack(string version) => $"sed -i '/packageManager/d' package.json && corepack enable {version.Split('@')[0]} && corepack prepare {version} --activate";

    private static Installer Node(string name, string preset, string prepare, string lockFile, string makeLock, string install) =>
        new(name, preset, "{ from: \"debootstrap:trixie\", packages: [ca-certificates, nodejs, node-corepack] }", WriteNodeAsync, prepare, lockFile, makeLock, install);

    private static Task WriteNodeAsync(string repository, string project) =>
        Shell.RunAsync($"git -C {repository}/examples/node-app archive HEAD package.json tools | tar -xf -", project);

    /// <summary>Beside the project the SDK that made this program, for the image.</summary>
    private static async Task WriteDotnetAsync(string repository, string project)
    {
        await File.WriteAllTextAsync(Path.Combine(project, "App.csproj"), DotnetProject);
        await Shell.RunAsync($"cp -a {Path.GetFullPath("../../..", RuntimeEnvironment.GetRuntimeDirectory())} dotnet", project);
    }

    /// <param name="Write">The project's files: given the repository and the project's directory.</param>
    /// <param name="MakeLock">What makes the lock file, in a first run.</param>
    private sealed record Installer(string Name, string Preset, string Image, Func<string, string, Task> Write, string Prepare, string Lock, string MakeLock, string Install)
    {
        /// <summary>In keys and directories.</summary>
        public string Id => Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-');
    }

    private sealed class Bench(string repository, ThrowawayDirectory directory, Installer installer, string registry)
    {
        private readonly string _project = directory.File($"project-{installer.Id}");

        public async Task<bool> TryPrepareAsync()
        {
            Directory.CreateDirectory(_project);
            await installer.Write(repository, _project);
            try
            {
                await RunAsync("lock", installer.MakeLock, $"    artifacts: [{{ name: lock, path: {installer.Lock} }}]\n", $"--out {_project}/out");
                await Shell.RunAsync($"cp out/lock/{installer.Lock} . && rm -r out", _project);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false; // not all it needs comes from the registry
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
                images: { tools: {{installer.Image}} }
                caches:
                  corepack: { paths: [~/.cache/node], key: {{installer.Id}}, vary: [platform] }
                  it: { preset: {{installer.Preset}}, key: {{installer.Id}}-{{key}} }
                env: { CI: "true", COREPACK_DEFAULT_TO_LATEST: "0", COREPACK_NPM_REGISTRY: "{{registry.TrimEnd('/')}}", YARN_NPM_REGISTRY_SERVER: "{{registry}}", YARN_NODE_LINKER: node-modules, YARN_ENABLE_TELEMETRY: "0" }
                jobs:
                  job:
                    image: tools
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
