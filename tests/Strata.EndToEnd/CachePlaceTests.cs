namespace Strata.EndToEnd;

/// <summary>Caches where images have users, links and files of their own, and for users of the host without rights.</summary>
public sealed class CachePlaceTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_the_image_or_the_source_has_at_a_path_stays_and_is_not_saved()
    {
        const string image = "  based: { from: images.tiny, steps: [{ run: mkdir -p /opt/c/d && echo i > /opt/c/image && echo i > /opt/c/both && echo i > /opt/c/d/image }] }\n";
        _bench.Write("ws/source", "s\n");
        _bench.Workflow(image + CacheWorkflow.Job("[/opt/c, ws]", "k1", "echo mine > /opt/c/mine; echo job > /opt/c/both; rm /opt/c/d/image; echo w > ws/new", "based"));
        var first = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[/opt/c, ws]", "k2", "test \"$(ls -A /opt/c | tr '\\n' ' ')\" = 'both d image mine ' && test $(cat /opt/c/both) = job && test -e /opt/c/d/image && test $(cat ws/source) = s && rm /opt/c/image /opt/c/mine ws/source", "based"));
        _bench.Write("ws/source", "s\n");
        var second = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[/opt/c, ws]", "k2", "test -e /opt/c/image && test ! -e /opt/c/mine && test -e ws/source && test -e ws/new", "based"));
        var third = await _bench.ReportAsync(0);

        first.Cache().Both.ShouldBe("miss saved");
        second.Cache().Both.ShouldBe("partial saved");
        third.Cache().Both.ShouldBe("hit skipped");
    }

    [Theory]
    [InlineData("mkdir x; echo c > x/f", "x", "test $(cat x) = s")]
    [InlineData("echo c > x", "x/f", "test $(cat x/f) = s")]
    public async Task What_the_source_has_there_by_now_is_not_replaced_by_another_kind_of_thing(string saved, string source, string then)
    {
        _bench.Workflow(CacheWorkflow.Job("[x]", "k", saved));
        await _bench.ReportAsync(0);
        _bench.Write(source, "s");
        _bench.Workflow(CacheWorkflow.Job("[x]", "k", then));
        var report = await _bench.ReportAsync(0);

        report.Cache().Outcome.ShouldBe("error");
        report.Cache().Reason!.ShouldContain("of another kind");
    }

    /// <summary>No overlay takes the same tree twice.</summary>
    [Fact]
    public async Task A_cache_and_an_artifact_of_the_same_content_fit_one_path()
    {
        _bench.Workflow("""
            jobs:
              m: { image: tiny, network: none, caches: [{ paths: [dist], key: k1 }], artifacts: [{ name: d, path: dist/ }], steps: [{ run: 'mkdir -p dist; [ -e dist/f ] || echo x > dist/f' }] }
              u: { image: tiny, network: none, needs: m, caches: [{ paths: [dist], key: k1 }], artifacts-from: { d: dist }, steps: [{ run: 'test $(cat dist/f) = x; echo y > dist/f; test $(cat dist/f) = y' }] }
            """);
        await _bench.ReportAsync(0);
        var report = await _bench.ReportAsync(0);

        report.Cache(job: "u").Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task Directories_above_a_nested_cache_are_as_the_outer_one_has_them()
    {
        string Both(string key, string script) => $$"""
            caches:
              outer: { paths: [nest], key: {{key}}, restore-keys: [k] }
              inner: { paths: [nest/deep/in], key: {{key}}, restore-keys: [k] }
            jobs: { a: { image: tiny, network: none, caches: [outer, inner], steps: [{ run: '{{script}}' }] } }
            """;
        _bench.Workflow(Both("k1", "mkdir -p nest/deep/in; echo a > nest/f; echo b > nest/deep/f; echo c > nest/deep/in/f; touch -d 2001-02-03 nest nest/deep; chmod 700 nest; chmod 2750 nest/deep"));
        await _bench.ReportAsync(0);
        _bench.Workflow(Both("k2", "test \"$(stat -c \"%a %y\" nest/deep | cut -c 1-15)\" = \"2750 2001-02-03\" && test $(stat -c %a nest) = 700 && test $(cat nest/deep/in/f) = c && echo d > nest/new"));
        var nested = await _bench.ReportAsync(0);
        _bench.Workflow(Both("k2", "test $(stat -c %a nest) = 700 && test $(stat -c %a nest/deep) = 2750 && test $(cat nest/new) = d").Replace(", inner]", "]", StringComparison.Ordinal));
        var outer = await _bench.ReportAsync(0);

        nested.Cache("outer").Both.ShouldBe("partial saved");
        nested.Cache("inner").Both.ShouldBe("partial unchanged");
        outer.Cache("outer").Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task More_caches_than_a_kernel_mounts_are_missed_and_fail_nothing()
    {
        var caches = string.Join("\n", Enumerable.Range(0, 201).Select(static i => $"          - {{ paths: [c/{i}/x], key: k }}"));
        _bench.Workflow($"""
            jobs:
              a:
                image: tiny
                network: none
                steps: [{"{"} run: 'for i in $(seq 0 200); do mkdir -p c/$i/x; echo $i > c/$i/x/f; done' {"}"}]
                caches:
            {caches}
            """);
        await _bench.ReportAsync(0);

        var report = await _bench.ReportAsync(0);

        var outcomes = report.Job()["caches"]!.AsArray().Select(static cache => (string)cache!["outcome"]!).ToList();
        outcomes.Count(static outcome => outcome == "hit").ShouldBeGreaterThan(150);
        outcomes.ShouldContain("error");
    }

    [Fact]
    public async Task A_path_is_followed_through_links_and_spelled_in_any_way()
    {
        const string image = "  linked: { from: images.tiny, steps: [{ run: mkdir -p /var/real && ln -s /var/real /root/link }] }\n";
        _bench.Workflow(image + CacheWorkflow.Job("[~/link/c/]", "k1", "test -L ~/link && mkdir -p ~/link/c && echo 1 > /var/real/c/f", "linked"));
        await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[/var//real/./x/../c]", "k1", "test -L ~/link && test $(cat ~/link/c/f) = 1", "linked"));
        var report = await _bench.ReportAsync(0);
        _bench.Workflow(CacheWorkflow.Job("[../../etc/../proc/c]", "k", "true", "based").Replace("image: based", "image: tiny", StringComparison.Ordinal));
        var refused = await _bench.RunAsync();

        report.Cache().Both.ShouldBe("hit skipped");
        refused.ExitCode.ShouldBe(2, refused.All);
    }

    [Fact]
    public async Task Owners_modes_and_links_are_kept_and_the_user_of_the_image_owns_what_is_made_for_it()
    {
        const string image = "  owned: { from: images.tiny, steps: [{ run: chmod 755 / && mkdir -p /home/me && chown 1000:1000 /home/me }, { user: '1000:1000' }] }\n";
        _bench.Workflow(image + CacheWorkflow.Job("[/home/me/a/b/c]", "k", "id; mkdir -p /home/me/a/b/c && cd /home/me/a/b/c && echo 1 > f && chmod 640 f && ln f g && ln -s f l && mkdir -m 711 d", "owned"));
        await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[/home/me/a/b/c]", "k", "cd /home/me/a/b/c && test \"$(stat -c '%a %u:%g %h' f)\" = '640 1000:1000 2' && test \"$(stat -c '%a %u' d)\" = '711 1000' && test $(cat l) = 1 && test $(stat -c %u /home/me/a/b) = 1000 && touch /home/me/a/new && echo 2 >> g && test $(wc -l < g) = 2", "owned"));
        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        _bench.Report().Cache().Both.ShouldBe("hit skipped");
    }

    /// <summary>An entry was saved at an honest directory; then the source, which may be anybody's, has a link there.</summary>
    [Fact]
    public async Task A_link_in_the_source_leads_a_restore_nowhere_that_the_job_itself_may_not_name()
    {
        string[] links = ["up ../../../../../etc", "processes /proc/self", "temporary /tmp/x", "loop loop", "file README", "elsewhere /opt"];
        var caches = string.Join(", ", links.Select(static l => l.Split(' ')[0]).Select(static n => $"{n}: {{ paths: [{n}/c], key: k }}"));
        var names = string.Join(", ", links.Select(static l => l.Split(' ')[0]));
        _bench.Write("README", "r");
        Job($"for n in {names.Replace(",", "", StringComparison.Ordinal)}; do mkdir -p $n/c && echo $n > $n/c/f; done");
        var saved = await _bench.ReportAsync(0);
        foreach (var link in links)
        {
            File.CreateSymbolicLink(Path.Combine(_bench.Workspace, link.Split(' ')[0]), link.Split(' ')[1]);
        }

        Job("test -z \"$(find / -xdev -path '*/c/f' -not -path '/proc/*')\" && test ! -e /etc/c && test ! -e /tmp/x && test -L up && test -L elsewhere && test $(cat file) = r");
        var led = await _bench.ReportAsync(0);

        foreach (var name in names.Split(", "))
        {
            saved.Cache(name).Both.ShouldBe("miss saved");
            led.Cache(name).Outcome.ShouldBe(name == "elsewhere" ? "miss" : "error", led.ToJsonString()); // another directory is another cache
            led.Cache(name).Save.ShouldNotBe("saved");
        }

        void Job(string script) => _bench.Workflow($$"""
            caches: { {{caches}} }
            jobs:
              a:
                image: tiny
                network: none
                caches: [{{names}}]
                steps:
                  - run: |
                      {{script}}
            """);
    }
}
