using System.Text.Json.Nodes;
using Strata.Caching.Entries;
using Strata.Caching.Presets;
using Strata.Cli.CommandLine;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Cli.Tests;

/// <summary>The commands as a script uses them; one after another, as they print to the console.</summary>
[Collection(RunsAlone.Name)]
public sealed class CacheCommandTests : IAsyncLifetime, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("strata-cli-").FullName;

    public async Task InitializeAsync()
    {
        using var database = new Database(_data, TimeProvider.System);
        var first = await SaveAsync(database, "npm-1", "run-1");
        await SaveAsync(database, "npm-2", "run-2", first);
        var entries = new CacheEntries(database, TimeProvider.System, new AttemptLayers(), TimeSpan.FromDays(7));
        var query = Query("npm-3") with { RestoreKeys = ["npm-"], Manifest = """{"inputs":{"hashFiles('x')":"3"},"key":"npm-3"}""" };
        var lookup = await entries.FindAsync(query, CancellationToken.None);
        await entries.RecordAsync(new() { Identity = Reader, Producer = new("run-3", "build", 1), Uses = [new() { Query = query, Lookup = lookup, RestoredBytes = 1_000 }] }, CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Entries_are_listed_shown_removed_and_swept()
    {
        var entries = (await JsonAsync("cache", "ls"))["entries"]!.AsArray();
        entries.Select(entry => (string?)entry!["key"]).ShouldBe(["npm-2", "npm-1"]);
        ((string?)entries[0]!["scope"], (string?)entries[0]!["state"], (string?)entries[0]!["producer"]!["runId"]).ShouldBe(("local/app/refs/heads/main@protected", "live", "run-2"));
        (await RunAsync("cache", "ls")).Output.ShouldContain("npm-2");
        (await JsonAsync("cache", "ls", "--repo", "other"))["entries"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("cache", "show", "npm-1")).Output.ShouldContain("run run-1, job build, attempt 1");
        (await RunAsync("cache", "rm", "npm-1")).Output.ShouldStartWith("removed ");
        await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "rm", "npm-1"));
        (await RunAsync("cache", "ls", "--all")).Output.ShouldContain("evicted");
        ((int?)(await JsonAsync("cache", "gc"))["expired"]).ShouldBe(0);
    }

    [Fact]
    public async Task A_run_is_explained_by_class_and_difference()
    {
        (await RunAsync("cache", "explain", "run-3")).Output.ShouldBe(
            "build · npm: partial: no entry of key 'npm-3'; restored 'npm-2' from local/app/refs/heads/main@protected by restore key 'npm-'\n    hashFiles('x'): \"npm-2\" → \"3\"\n");
        var lookup = (await JsonAsync("cache", "explain", "run-3", "build", "npm"))["lookups"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)lookup["class"], (string?)lookup["changes"]![0]!["after"]).ShouldBe(("partial", "\"3\""));
        (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "explain", "run-3", "other"))).Diagnostics.Single().Code.ShouldBe("STR2201");
    }

    [Fact]
    public async Task A_job_is_asked_for_by_its_id_or_its_name_and_only_where_it_ran()
    {
        using (var database = new Database(_data, TimeProvider.System))
        {
            var entries = new CacheEntries(database, TimeProvider.System, new AttemptLayers(), TimeSpan.FromDays(7));
            foreach (var (job, key) in ((string, string)[])[("Unit tests (1)", "npm-1"), ("Unit tests (2)", "npm-2"), ("Unit tests (2)", "none")])
            {
                var query = Query(key) with { Name = "actions/cache" };
                await entries.RecordAsync(
                    new() { Identity = Reader, Producer = new("run-4", job, 1), JobId = "tests", Uses = [new() { Query = query, Lookup = await entries.FindAsync(query, CancellationToken.None) }] },
                    CancellationToken.None);
            }
        }

        (await RunAsync("cache", "explain", "run-4", "tests")).Output.Split('\n').Select(line => line.Split(": ")[0]).ShouldBe(
            ["Unit tests (1) · actions/cache 'npm-1'", "Unit tests (2) · actions/cache 'npm-2'", "Unit tests (2) · actions/cache 'none'", ""]);
        (await JsonAsync("cache", "explain", "run-4", "Unit tests (1)"))["lookups"]!.AsArray().Select(lookup => (string?)lookup!["jobId"]).ShouldBe(["tests"]);
        var unknown = (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "explain", "run-4", "test"))).Diagnostics.Single();
        unknown.Help.ShouldBe("It looked for: Unit tests (1) (id tests): actions/cache; Unit tests (2) (id tests): actions/cache.");
        (await RunAsync("cache", "explain", "run-4", "--org", "local", "--repo", "app")).ExitCode.ShouldBe(0);
        foreach (var (option, other) in ((string, string)[])[("--org", "other"), ("--repo", "other")])
        {
            (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "explain", "run-4", option, other))).Diagnostics.Single().Help!.ShouldNotContain("looked for");
        }
    }

    [Fact]
    public async Task A_sweep_can_be_of_a_part_and_can_be_rehearsed()
    {
        var config = Path.Combine(_data, "one.yml");
        await File.WriteAllTextAsync(config, "cache: { max_size: 1B }\n");
        string[] sweep = ["cache", "gc", "--config", config];
        (int?, bool?) Counts(JsonNode result) => ((int?)result["evicted"], (bool?)result["dryRun"]);
        Counts(await JsonAsync([.. sweep, "--org", "other"])).ShouldBe((0, false));
        Counts(await JsonAsync([.. sweep, "--repo", "other"])).ShouldBe((0, false));
        Counts(await JsonAsync([.. sweep, "--dry-run"])).ShouldBe((2, true));
        (await RunAsync([.. sweep, "--dry-run"])).Output.ShouldBe("would go: 0 expired, 2 over a limit, 0 revoked, 0 forgotten; 20 B no longer needed then (nothing was changed)\n");
        (await JsonAsync("cache", "ls"))["entries"]!.AsArray().Count.ShouldBe(2);
        Counts(await JsonAsync([.. sweep, "--org", "local", "--repo", "app"])).ShouldBe((2, false));
        (await JsonAsync("cache", "ls"))["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Statistics_are_for_people_scripts_and_scrapers()
    {
        (await RunAsync("cache", "stats", "--prometheus")).Output.ShouldContain("cache_misses_total{type=\"npm\"} 1\n");
        ((int?)(await JsonAsync("cache", "stats"))["caches"]![0]!["partial"]).ShouldBe(1);
        (await RunAsync("cache", "stats")).Output.ShouldContain("2 entries, 20 B");
    }

    [Fact]
    public async Task Revoking_a_run_takes_back_what_stands_on_it()
    {
        var report = await JsonAsync("revoke", "run-1");
        report["runs"]!.AsArray().Select(run => (string?)run).ShouldBe(["run-1", "run-2"]);
        (await JsonAsync("cache", "ls"))["entries"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("revoke", "run-1")).Output.ShouldContain("revoked before: 2 products of 2 runs");
        (await RunAsync("revoke", "nothing")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Who_only_looks_makes_no_database()
    {
        var empty = Path.Combine(_data, "empty");
        foreach (var command in (string[][])[["cache", "ls"], ["cache", "stats"], ["cache", "stats", "--prometheus"], ["cache", "gc"]])
        {
            (await InvokeAsync([.. command, "--data", empty])).ExitCode.ShouldBe(0);
        }

        Directory.Exists(empty).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_seen_is_not_taken_for_empty()
    {
        var file = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "");
        foreach (var command in (string[])["ls", "stats", "gc"])
        {
            foreach (var data in (string[])[file, Path.Combine(file, "below"), "/proc/x"])
            {
                (await Should.ThrowAsync<EnvironmentException>(() => InvokeAsync(["cache", command, "--data", data]))).Diagnostic.Code.ShouldBe("STR1923");
            }
        }
    }

    [Fact]
    public async Task A_scrub_verifies_the_audit_log()
    {
        (await RunAsync("doctor", "--scrub")).ShouldBe((0, "0 layers, 0 B: all sound\naudit log, 3 batches of 3 events: as written\n"));
        ((int?)(await JsonAsync("doctor", "--scrub"))["audit"]!["events"]).ShouldBe(3);
        using (var database = new Database(_data, TimeProvider.System))
        {
            await database.WriteAsync(sql => sql.Execute("DROP TRIGGER audit_event_stays"), CancellationToken.None);
            await database.WriteAsync(sql => sql.Execute("UPDATE audit_event SET detail = 'x' WHERE id = 2"), CancellationToken.None);
        }

        (await RunAsync("doctor", "--scrub")).ShouldBe((1, "0 layers, 0 B: all sound\naudit log, 3 batches of 3 events: 1 changed, missing or out of order\n  batch 2 of local, or what was before it\n"));
        (await InvokeAsync(["doctor", "--scrub", "--data", Path.Combine(_data, "empty")])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Where_nothing_is_listed_it_says_why()
    {
        (await RunAsync("cache", "ls", "--name", "nope", "--run", "r")).Output.ShouldBe("no cache entry matches --name nope --run r; there are others\n");
        (await RunAsync("cache", "ls", "--org", "nope")).Output.ShouldBe("no cache entry matches --org nope; there are others\n");
        await RunAsync("cache", "rm", "npm-1", "npm-2");
        (await RunAsync("cache", "ls")).Output.ShouldContain("--all");
        (await InvokeAsync(["cache", "ls", "--data", Path.Combine(_data, "empty")])).Output.ShouldContain("declare");
    }

    [Fact]
    public async Task All_that_is_missing_is_named_and_then_nothing_is_removed()
    {
        var missing = (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "rm", "npm-1", "nope1", "nope2", "nope1"))).Diagnostics;
        missing.Select(problem => problem.Message).ShouldBe(["There is no cache entry 'nope1'.", "There is no cache entry 'nope2'."]);
        (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "rm", "1", "--org", "other"))).Diagnostics.Single().Code.ShouldBe("STR2202");
        (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "show", "1", "--repo", "other"))).Diagnostics.Single().Code.ShouldBe("STR2202");
        (await JsonAsync("cache", "ls"))["entries"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_missing_configuration_is_no_missing_workflow()
    {
        var missing = (await Should.ThrowAsync<UserErrorException>(() => RunAsync("cache", "ls", "--config", "nope.yml"))).Diagnostics.Single();
        (missing.Code, missing.Message).ShouldBe(("STR1903", "The configuration 'nope.yml' does not exist."));
        missing.Help!.ShouldNotContain("workflow");
    }

    [Theory]
    [InlineData("--egress-price", "0,09", "expected a number such as 0.09")]
    [InlineData("--egress-price", "-5", "expected a number such as 0.09")]
    [InlineData("--storage-price", "1e3", "expected a number such as 0.09")]
    [InlineData("--storage-price", "79228162514264337593543950335", "expected a number such as 0.09")]
    [InlineData("--storage-price", "x", "expected a number such as 0.09")]
    [InlineData("--prometheus", "--json", "two forms")]
    [InlineData("--limit", "0", "expected a whole number, 1 or more", "ls")]
    [InlineData("--limit", "-1", "expected a whole number, 1 or more", "ls")]
    [InlineData("--limit", "x", "expected a whole number, 1 or more", "ls")]
    public void A_value_that_is_none_is_refused_in_plain_words(string option, string value, string expected, string command = "stats")
    {
        string[] arguments = ["cache", command, option, value];
        var problem = CommandLineCheck.Check(StrataCommand.Create(arguments).Parse(arguments), StrataCommand.Names).ShouldHaveSingleItem();
        problem.Code.ShouldBe("STR1910");
        problem.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Prices_are_plain_numbers()
    {
        using var database = new Database(_data, TimeProvider.System);
        await database.WriteAsync(sql => sql.Execute("UPDATE cache_repo SET size_bytes = 2000000000"), CancellationToken.None);
        ((decimal?)(await JsonAsync("cache", "stats", "--storage-price", "0.09"))["costs"]!["storageMonthly"]).ShouldBe(0.18m);
        ((decimal?)(await JsonAsync("cache", "stats", "--storage-price", "0"))["costs"]!["storageMonthly"]).ShouldBe(0);
        (await RunAsync("cache", "stats", "--prometheus", "--org", "other")).Output.ShouldNotContain("npm");
    }

    [Fact]
    public void The_shell_is_offered_runs_and_no_words_that_it_would_expand()
    {
        Words($"cache explain --data {_data} ").ShouldContain("run-3");
        Words("cache ").ShouldNotContain(word => word.Contains('?') || word.StartsWith('/'));
        Words("").ShouldContain("--help");

        string[] Words(string line)
        {
            var root = StrataCommand.Create(["[suggest]", line]);
            return [.. root.Parse(line).GetCompletions(line.Length).Select(completion => completion.Label)];
        }
    }

    [Fact]
    public async Task Bash_does_not_run_what_it_completes()
    {
        var strata = Path.Combine(_data, "strata");
        var trap = Path.Combine(_data, "trapped");
        await File.WriteAllTextAsync(strata, $"#!/bin/sh\nprintf '%s\\n' '$(touch {trap})' '/*' plain\n");
        File.SetUnixFileMode(strata, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (_, script) = await InvokeAsync(["completion", "bash"]);
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "bash", ["-c", $"{script}\nCOMP_WORDS=({strata} ''); COMP_CWORD=1; COMP_POINT=1; COMP_LINE=x; _strata; printf '%s\\n' \"${{COMPREPLY[@]}}\""]) { RedirectStandardOutput = true })!;
        (await bash.StandardOutput.ReadToEndAsync()).ShouldBe($"\\$\\(touch\\ {trap}\\)\n/\\*\nplain\n");
        File.Exists(trap).ShouldBeFalse();
    }

    [Fact]
    public async Task Workflows_know_the_presets_that_there_are()
    {
        var file = Path.Combine(_data, "strata.yml");
        await File.WriteAllTextAsync(file, "caches: { c: { preset: qqqqqqqq } }\njobs: { j: { image: x, caches: [c], steps: [run: a] } }\n");
        var (_, output) = await InvokeAsync(["validate", file, "--json"]);
        output.ShouldContain($"Presets: {string.Join(", ", CachePresets.All.Select(preset => preset.Name))}.");
    }

    private static RunIdentity Reader { get; } = new() { Organization = "local", Repository = "app", Ref = "refs/heads/main", Trust = Trust.Protected, DefaultBranch = "refs/heads/main" };

    private static CacheQuery Query(string key) => new()
    {
        Reader = Reader, Kind = EntryKind.Dependency, Name = "npm", Type = "npm", Identity = Digest.Of("identity"u8), Key = key,
        Manifest = $$$"""{"inputs":{"hashFiles('x')":"{{{key}}}"},"key":"{{{key}}}"}""", RunId = "run-3", Job = "build",
    };

    private static async Task<long> SaveAsync(Database database, string key, string run, params long[] sources)
    {
        var (query, layer) = (Query(key), Digest.Of(System.Text.Encoding.UTF8.GetBytes(key)));
        var attempt = (LeaseAttempt.Acquired)await new Leases(database, TimeProvider.System, LeaseTimes.Long).TryAcquireAsync($"attempt/{run}/build/1", "test", "", CancellationToken.None);
        await using var lease = attempt.Lease;
        var stored = new AttemptLayers();
        stored.Add(lease.Token, "local", layer);
        var outcome = await new CacheEntries(database, TimeProvider.System, stored, TimeSpan.FromDays(7)).CommitAsync(
            new()
            {
                Draft = new() { Writer = Reader, Kind = query.Kind, Name = query.Name, Type = query.Type, Identity = query.Identity, Key = key, Producer = new(run, "build", 1) },
                Content = new([new("/root/.npm", new StoredTree([layer], layer, 100, 1))]), LayerBytes = new Dictionary<Digest, long> { [layer] = 10 },
                DerivedFrom = [.. sources.Select(id => new Product(ProductKind.CacheEntry, id))], Shareable = true, Manifest = query.Manifest,
            },
            lease.Token, CancellationToken.None);
        return outcome.ShouldBeOfType<CacheCommitOutcome.Committed>().Entry.Id;
    }

    private async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse((await RunAsync([.. arguments, "--json"])).Output)!;

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => InvokeAsync([.. arguments, "--data", _data]);

    private static async Task<(int ExitCode, string Output)> InvokeAsync(string[] arguments)
    {
        var (console, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            return (await StrataCommand.Create(arguments).Parse(arguments).InvokeAsync(StrataCommand.Invocation), output.ToString());
        }
        finally
        {
            Console.SetOut(console);
        }
    }
}
