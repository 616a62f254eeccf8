using Strata.Bench;

(string Name, Func<string, Task<BenchResult>> Run)[] benchmarks =
[
    ("sandbox-start", SandboxStart.RunAsync),
    ("run-overhead", RunOverhead.RunAsync),
    ("hash-files", HashFilesBench.RunAsync),
    ("masking", MaskingBench.RunAsync),
    ("layer-difference", LayerDifferenceBench.RunAsync),
    ("layer-mount", LayerMountBench.RunAsync),
    ("layer-read", LayerReadBench.RunAsync),
    ("hermetic-decision", HermeticBench.DecisionAsync),
    ("hermetic-examples", HermeticExamplesBench.RunAsync),
    ("hermetic-hits", HermeticBench.HitsAsync),
    ("hermetic-miss", HermeticBench.MissAsync),
    ("hermetic-outputs", HermeticBench.OutputsAsync),
    ("image-build", ImageBuildBench.RunAsync),
    ("install-step", InstallStepBench.RunAsync),
    ("cache-lookup", CacheLookupBench.RunAsync),
    ("dependency-cache", DependencyCacheBench.RunAsync),
    ("dependency-cache-50k", DependencyCacheBench.ManyFilesAsync),
    ("dependency-cache-node-modules", DependencyCacheBench.NodeModulesAsync),
    ("job-on-layer", JobOnLayerBench.RunAsync),
    ("pack-directory", PackDirectoryBench.RunAsync),
    ("pull-image", PullImageBench.RunAsync),
    ("secret-gate", SecretGateBench.RunAsync),
    ("source-layer", SourceLayerBench.RunAsync),
    ("tar-to-layer", TarToLayerBench.RunAsync),
    ("upload", UploadBench.RunAsync),
    ("upload-memory", UploadBench.MemoryAsync),
    ("upload-resume", UploadResumeBench.RunAsync),
    ("upload-small-files", SmallFilesBench.RunAsync),
    ("view-write", ViewWriteBench.RunAsync),
];

if (args is not [var repository, .. var names])
{
    return 2;
}

if (names is ["upload-child", var url, var length, var directory])
{
    await UploadBench.ChildAsync(url, long.Parse(length, System.Globalization.CultureInfo.InvariantCulture), directory);
    return 0;
}

if (names.Length == 0)
{
    Console.WriteLine("Benchmarks: " + string.Join(", ", benchmarks.Select(b => b.Name)));
    return 0;
}

var met = true;
foreach (var name in names)
{
    var benchmark = benchmarks.FirstOrDefault(b => b.Name == name);
    if (benchmark.Run is null)
    {
        Console.Error.WriteLine($"There is no benchmark '{name}'.");
        return 2;
    }

    var result = await benchmark.Run(repository);
    result.Save(repository, TimeProvider.System);
    met &= result.MeetsItsFigures;
}

return met ? 0 : 1;
