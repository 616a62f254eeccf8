using System.Diagnostics;
using System.Text.Json.Nodes;
using Strata.Artifacts.Records;
using Strata.Cli.CommandLine;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Cli.Tests;

/// <summary>A data directory with artifacts as runs publish them, and the program that reads it.</summary>
internal sealed class ArtifactBench : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-artifact-");
    private readonly Database _database;

    public ArtifactBench()
    {
        Directory.CreateDirectory(Here);
        _database = new(Data, TimeProvider.System);
    }

    public string Data => Path.Combine(_root.FullName, "data");

    /// <summary>Where the program runs: it gives the repository its name.</summary>
    public string Here => Path.Combine(_root.FullName, "app");

    public string this[string name] => Path.Combine(Here, name);

    public ILayerPlace Layers => new LocalLayerStore(Data, TimeProvider.System).Of(LayerOrg.Of("local"));

    public async Task PublishAsync(string run, string name, Trust trust = Trust.Protected, string reference = "refs/heads/main", string content = "hello")
    {
        var source = _root.CreateSubdirectory($"source-{Guid.NewGuid():n}");
        File.WriteAllText(Path.Combine(source.FullName, "app.js"), content);
        using var write = Layers.Start();
        var packed = await LayerPacker.FromDirectoryAsync(source.FullName, write.Target, PackOptions.Default, CancellationToken.None);
        using var commit = await write.CommitAsync(packed, CancellationToken.None);
        var tree = new StoredTree([packed.Digest], packed.TreeDigest, packed.ContentBytes, packed.EntryCount - 1);
        await BeginAsync(run, name, trust, reference, async (artifacts, id, token) =>
        {
            await artifacts.MoveAsync(id, ArtifactState.Uploading, "test", null, token, CancellationToken.None);
            await artifacts.MoveAsync(id, ArtifactState.Verifying, "test", null, token, CancellationToken.None);
            (await artifacts.CommitAsync(id, tree, token, CancellationToken.None)).ShouldBeOfType<ArtifactMove.Moved>();
        });
    }

    public Task FailAsync(string run, string name, string reason) => BeginAsync(
        run, name, Trust.Protected, "refs/heads/main",
        async (artifacts, id, token) => await artifacts.MoveAsync(id, ArtifactState.Failed, "test", reason, token, CancellationToken.None));

    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => StrataAsync(["artifact", .. arguments]);

    public async Task<(int ExitCode, string Output, string Errors)> StrataAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(StrataCommand).Assembly.Location, .. arguments, "--data", Data])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Here,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Of a command that succeeds.</summary>
    public async Task<string> OutputAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        exitCode.ShouldBe(0, $"{output}\n{errors}");
        return output;
    }

    public async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse(await OutputAsync([.. arguments, "--json"]))!;

    public void Dispose()
    {
        _database.Dispose();
        _root.Delete(recursive: true);
    }

    private async Task BeginAsync(string run, string name, Trust trust, string reference, Func<ArtifactRecords, long, Metadata.Leases.LeaseToken, Task> work)
    {
        var identity = new RunIdentity { Organization = "local", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main" };
        var runs = new RunRecords(_database, TimeProvider.System, "test");
        await using var started = (await runs.StartAsync(new() { RunId = run, Identity = identity, Workflow = "w", IsDirty = false }, CancellationToken.None) as RunStarting.Started)?.Lease;
        var producer = new Producer(run, $"make {name}", 1);
        await using var lease = (await runs.StartAttemptAsync(producer, Scope.Of(identity), CancellationToken.None)).ShouldBeOfType<AttemptStarting.Started>().Lease;
        var artifacts = new ArtifactRecords(_database, TimeProvider.System, ArtifactLimits.Default);
        var draft = new ArtifactDraft { Scope = Scope.Of(identity), Producer = producer, Name = name, Shareable = true };
        var begun = (await artifacts.BeginAsync(draft, lease.Token, CancellationToken.None)).ShouldBeOfType<ArtifactBegin.Begun>();
        await work(artifacts, begun.Id, lease.Token);
    }
}
