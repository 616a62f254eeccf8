using Strata.Core.Diagnostics;
using Strata.Layers.Sources;
using Strata.Layers.Store;

namespace Strata.Layers.Tests.Sources;

/// <summary>A layer is made again exactly when a visible file changed, and is the workspace at one moment.</summary>
public sealed class SourceReuseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SampleSources _sources;

    public SourceReuseTests()
    {
        Directory.CreateDirectory(Workspace);
        _sources = new(_directory);
        Shell.Run(Workspace, """
            git init -q; echo '*.o' > .gitignore; mkdir -p src/deep docs; echo a > src/a; echo b > src/deep/b; echo d > docs/d; ln -s a src/link; chmod 755 src/a
            git add .; git -c user.name=t -c user.email=t@t commit -qm one; find . -path ./.git -prune -o -exec touch -h -d @1700000000 {} +
            """);
    }

    private string Workspace => _directory.Combine("workspace");

    public void Dispose()
    {
        _sources.Dispose();
        _directory.Dispose();
    }

    /// <summary>As if some time had passed: nothing is younger than what is remembered.</summary>
    private void Settle()
    {
        var path = Directory.GetFiles(Path.Combine(_sources.Data, "sources", SampleSources.Org.Name)).ShouldHaveSingleItem();
        var record = SourceRecord.Find(path)!;
        (record with { LookedAtSeconds = record.LookedAtSeconds + 10 }).Save(path);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("touch src/x.o docs/y.o")] // not visible: though its directory changed
    [InlineData("mkdir empty")]
    [InlineData("git add -A; git -c user.name=t -c user.email=t@t commit --allow-empty -qm two")]
    [InlineData("cp -p src/a src/new; mv src/new src/a")] // another inode, the same file
    [InlineData("chown 1234 src/a")]
    public async Task Nothing_visible_changed_nothing_is_packed(string change)
    {
        var before = await _sources.FindAsync(Workspace);
        before.IsReused.ShouldBeFalse();
        Shell.Run(Workspace, change);
        var after = await _sources.FindAsync(Workspace);
        after.IsReused.ShouldBeTrue();
        after.Lease.Digest.ShouldBe(before.Lease.Digest);
        Settle();
        (await _sources.FindAsync(Workspace)).IsReused.ShouldBeTrue();
    }

    [Theory]
    [InlineData("echo A > src/a")]
    [InlineData("echo A > src/a; touch -d @1700000000 src/a")] // the same size and time: the change time tells
    [InlineData("printf 'A\\n' | dd of=src/a conv=notrunc status=none; touch -d @1700000000 src/a")]
    [InlineData("chmod 700 src/a")]
    [InlineData("touch src/a")]
    [InlineData("rm docs/d")]
    [InlineData("rm -r docs")]
    [InlineData("echo n > new")]
    [InlineData("echo -n > docs/.hidden")]
    [InlineData("ln -sfn deep/b src/link; touch -h -d @1700000000 src/link")]
    [InlineData("mv src/a src/c")]
    [InlineData("rm src/a; mkdir src/a; echo x > src/a/x")]
    [InlineData("chmod 700 src/deep")]
    [InlineData("echo x.o > keep.o; git add -f keep.o")]
    [InlineData("git init -q inner; echo i > inner/i")]
    [InlineData("echo docs > .gitignore; git rm -q --cached docs/d")]
    public async Task A_visible_change_makes_another_layer(string change)
    {
        var before = await _sources.FindAsync(Workspace);
        foreach (var settled in (bool[])[false, true])
        {
            if (settled)
            {
                Settle();
            }

            (await _sources.FindAsync(Workspace)).Lease.Digest.ShouldBe(before.Lease.Digest);
        }

        Shell.Run(Workspace, change);
        var after = await _sources.CaptureAsync(Workspace);
        after.Source.IsReused.ShouldBeFalse();
        after.Source.Lease.Digest.ShouldNotBe(before.Lease.Digest);
        Shell.Run(Workspace, $"git ls-files -z --cached --others --exclude-standard -- . ':(exclude).data' | xargs -0 -I{{}} sh -c 'test ! -f \"{{}}\" || cmp \"{{}}\" \"{after.Path}/{{}}\"'");
    }

    [Fact]
    public async Task The_same_files_in_another_place_are_the_same_layer()
    {
        var one = await _sources.FindAsync(Workspace);
        Shell.Run(_directory.Path, "cp -a workspace other; rm -rf other/.data; cp -a other third; rm -r third/.git");
        (await _sources.FindAsync(_directory.Combine("other"))).Lease.Digest.ShouldBe(one.Lease.Digest);
        (await _sources.FindAsync(_directory.Combine("third"))).Lease.Digest.ShouldBe(one.Lease.Digest);
    }

    [Fact]
    public async Task A_layer_nobody_uses_is_replaced_by_the_next_and_one_in_use_is_kept()
    {
        var first = (await _sources.FindAsync(Workspace)).Lease.Digest;
        Shell.Run(Workspace, "echo 2 > src/a");
        var second = (await _sources.FindAsync(Workspace)).Lease.Digest;
        _sources.Layers.Find(first).ShouldNotBeNull(); // its lease is held
        _sources.Release();
        Shell.Run(Workspace, "echo 3 > src/a");
        await _sources.FindAsync(Workspace);
        _sources.Layers.Find(second).ShouldBeNull();
    }

    [Fact]
    public async Task A_lost_or_damaged_layer_is_packed_again()
    {
        var first = await _sources.FindAsync(Workspace);
        var image = first.Lease.ImagePath;
        _sources.Release();
        Shell.Run(_directory.Path, $"chmod u+w {image}; printf x | dd of={image} bs=1 seek=4200 conv=notrunc status=none");
        var again = await _sources.FindAsync(Workspace);
        again.IsReused.ShouldBeFalse();
        again.Lease.Digest.ShouldBe(first.Lease.Digest);
        var digest = again.Lease.Digest;
        _sources.Release();
        (await _sources.Layers.RemoveAsync(digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        (await _sources.FindAsync(Workspace)).IsReused.ShouldBeFalse();
    }

    [Fact]
    public async Task A_damaged_record_is_no_record()
    {
        var first = await _sources.FindAsync(Workspace);
        var path = Directory.GetFiles(Path.Combine(_sources.Data, "sources", SampleSources.Org.Name)).ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(path);
        for (var at = 0; at < bytes.Length; at += Math.Max(1, bytes.Length / 50))
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 1;
            SourceRecord.Parse(damaged).ShouldBeNull();
            SourceRecord.Parse(bytes[..at]).ShouldBeNull();
        }

        SourceRecord.Parse(bytes)!.ToBytes().ShouldBe(bytes);
        await File.WriteAllBytesAsync(path, bytes[..^7]);
        var again = await _sources.FindAsync(Workspace);
        again.IsReused.ShouldBeFalse();
        again.Lease.Digest.ShouldBe(first.Lease.Digest);
    }

    [Fact]
    public async Task Organizations_share_nothing()
    {
        await _sources.FindAsync(Workspace);
        var other = LayerOrg.Of("Other Org");
        var layers = new LocalLayerStore(_sources.Data, TimeProvider.System).Of(other);
        using var lease = (await new SourceLayers(_sources.Data, TimeProvider.System).CaptureAsync(Workspace, other, layers, CancellationToken.None)).Lease;
        lease.ImagePath.ShouldContain($"/{other.Name}/");
    }

    /// <summary>Two commits are checked out in turn while layers are made: each is one of them, never something between.</summary>
    [Fact]
    public async Task A_checkout_that_runs_meanwhile_is_never_seen_half_done()
    {
        Shell.Run(Workspace, """
            for i in $(seq 300); do echo one > src/$i; done; git add -A; git -c user.name=t -c user.email=t@t commit -qm one; git branch one
            for i in $(seq 300); do echo two > src/$i; done; for i in $(seq 40); do echo n > docs/new$i; done
            git add -A; git -c user.name=t -c user.email=t@t commit -qm two; git checkout -qb two
            """);
        using var stop = new CancellationTokenSource();
        var switching = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                Shell.Run(Workspace, $"git checkout -q {(i % 2 == 0 ? "one" : "two")}; sleep 0.{i % 3}5");
            }
        });
        var whole = 0;
        for (var round = 0; round < (Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 100 : 12); round++)
        {
            try
            {
                var tree = await _sources.CaptureAsync(Workspace);
                var content = Shell.Run(tree.Path, "cat $(seq -f src/%g 300) | sort -u; ls docs | grep -c new || true").Trim();
                content.ShouldBeOneOf("one\n0", "two\n40");
                tree.Source.Git!.HeadRef.ShouldBeOneOf("refs/heads/one", "refs/heads/two");
                whole++;
            }
            catch (UserErrorException e)
            {
                e.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3304");
            }
        }

        await stop.CancelAsync();
        await switching;
        whole.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_lock_that_a_git_left_when_it_died_is_not_waited_for_and_one_that_is_held_is()
    {
        using (File.OpenHandle(Path.Combine(Workspace, ".git/index.lock"), FileMode.CreateNew, FileAccess.Write))
        {
            var refused = await Should.ThrowAsync<UserErrorException>(() => _sources.CaptureAsync(Workspace));
            refused.Diagnostics.ShouldHaveSingleItem().Message.ShouldStartWith(".git/index.lock ");
        }

        File.Exists(Path.Combine((await _sources.CaptureAsync(Workspace)).Path, "src/a")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_log_that_is_always_written_is_seen_as_it_was_at_one_moment_and_named()
    {
        Shell.Run(Workspace, "head -c 30000000 /dev/urandom > big"); // so that packing takes a while
        using var stop = new CancellationTokenSource();
        var line = new string('x', 99) + "\n";
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await File.AppendAllTextAsync(Path.Combine(Workspace, "server.log"), line);
            }
        });
        var tree = await _sources.CaptureAsync(Workspace);
        await stop.CancelAsync();
        await writing;
        tree.Source.Diagnostics.ShouldHaveSingleItem().ToString().ShouldContain("server.log is written again and again");
        var log = await File.ReadAllTextAsync(Path.Combine(tree.Path, "server.log"));
        log.Length.ShouldBeGreaterThan(0);
        (await File.ReadAllTextAsync(Path.Combine(Workspace, "server.log"))).StartsWith(log, StringComparison.Ordinal).ShouldBeTrue();
    }

    [Fact]
    public async Task Pitfall_11_what_is_made_after_the_start_is_not_in_the_layer()
    {
        var tree = await _sources.CaptureAsync(Workspace);
        Shell.Run(Workspace, "echo SECRET > .env; echo changed > src/a");
        File.Exists(Path.Combine(tree.Path, ".env")).ShouldBeFalse();
        using var reader = Strata.Layers.Erofs.ErofsReader.Open(tree.Source.Lease.Image, ownsFile: false);
        (await _sources.Layers.OpenAsync(tree.Source.Lease.Digest, CancellationToken.None)).Lease!.Dispose();
        Shell.Run(tree.Path, "cat src/a").ShouldBe("a\n");
    }

    [Theory]
    [InlineData("printf x | dd of=image.erofs bs=1 seek=7 conv=notrunc status=none")]
    [InlineData("rm image.erofs")]
    public async Task A_layer_that_was_damaged_is_made_again_and_said(string damage)
    {
        var before = await _sources.FindAsync(Workspace);
        Shell.Run(Path.GetDirectoryName(before.Lease.ImagePath)!, damage);

        var after = await _sources.FindAsync(Workspace);

        after.IsReused.ShouldBeFalse();
        after.Lease.Digest.ShouldBe(before.Lease.Digest);
        var warning = after.Diagnostics.ShouldHaveSingleItem();
        (warning.Code, warning.Severity).ShouldBe(("STR3308", Severity.Warning));
        warning.Message.ShouldContain(before.Lease.Digest.Short);
        warning.Message.ShouldContain(Workspace);
        var last = await _sources.FindAsync(Workspace);
        last.IsReused.ShouldBeTrue();
        last.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_layer_that_is_gone_is_made_again_without_a_word()
    {
        var before = await _sources.FindAsync(Workspace);
        Shell.Run(_sources.Data, $"rm -r layers/*/{before.Lease.Digest.Hex}");

        var after = await _sources.FindAsync(Workspace);

        after.IsReused.ShouldBeFalse();
        after.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_processes_make_the_same_layer_at_once()
    {
        var captured = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            new SourceLayers(_sources.Data, TimeProvider.System).CaptureAsync(Workspace, SampleSources.Org, _sources.Layers, CancellationToken.None))));
        captured.Select(c => c.Lease.Digest).Distinct().ShouldHaveSingleItem();
        Array.ForEach(captured, c => c.Lease.Dispose());
    }
}
