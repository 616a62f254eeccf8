using System.Text;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>
/// Thirty small workflows, a job each. Ten depend on something they do not declare, which is another in the second run: each either cannot see it, so that its hit is right, or is caught by a proof. Twenty
/// declare all they use: a proof finds nothing.
/// </summary>
public sealed class HermeticSuiteTests : IDisposable
{
    private static readonly (string Name, string Before, string Run)[] Seeded =
    [
        ("file", ": ", "cat undeclared.txt > out 2> /dev/null || echo none > out"),
        ("env", "echo UNDECLARED=SEED >> $GITHUB_ENV", "echo \"${UNDECLARED-none}\" > out"),
        ("clock", ": ", "date +%s > out; cut -d ' ' -f 1 /proc/uptime >> out"),
        ("network", ": ", "ip -o addr 2> /dev/null | grep -v ' lo ' | grep -c inet > out || echo none > out"),
        ("tool", "printf '#!/bin/sh\\necho SEED\\n' > /usr/bin/late-tool; chmod +x /usr/bin/late-tool", "late-tool > out 2> /dev/null || echo none > out"),
        ("locale", "echo LANG=SEED >> $GITHUB_ENV; echo LC_ALL=SEED >> $GITHUB_ENV; echo TZ=SEED >> $GITHUB_ENV", "echo \"$LANG $LC_ALL $TZ\" > out"),
        ("path", "echo /opt/SEED >> $GITHUB_PATH", "echo \"$PATH\" > out; pwd >> out"),
        ("hostname", "hostname SEED 2> /dev/null || :", "hostname > out"),
        ("uid", "sed -i 's/^root:x:0:0:[^:]*/root:x:0:0:SEED/' /etc/passwd", "id > out; cat /etc/passwd >> out; stat -c %u:%g . src src/a.txt >> out"),
        ("umask", "echo 'umask SEED' > /root/.profile; umask 077", "umask > out; mkdir made; stat -c %a made >> out; rmdir made"),
    ];

    private static readonly (string Run, string Inputs, string Outputs)[] Honest =
    [
        ("cat src/a.txt src/b.txt > out", "src/**", "out"),
        ("mkdir dist && cp -r src dist/", "src/**", "dist/"),
        ("mkdir dist && tar cf dist/src.tar src", "src/**", "dist/"),
        ("mkdir dist && tar czf dist/src.tgz src", "src/**", "dist/"),
        ("find src -type f | sort | xargs sha256sum > sums", "src/**", "sums"),
        ("ls -lR src > out", "src/**", "out"),
        ("echo made=$(wc -c < src/a.txt) >> $GITHUB_OUTPUT", "src/a.txt", "none"),
        ("echo '# report' >> $GITHUB_STEP_SUMMARY; echo A=1 >> $GITHUB_ENV; echo /opt/x >> $GITHUB_PATH", "src/a.txt", "none"),
        ("ln -s src/a.txt soft; ln -s ../../outside away; echo 1 > one; ln one two", "src/**", "soft, away, one, two"),
        ("mkdir -p d/e/f && chmod 0700 d/e && echo x > d/e/f/g && chmod 4711 d/e/f/g", "none", "d/"),
        ("mkdir empty", "none", "empty/"),
        (": > nothing", "none", "nothing"),
        ("echo x > src/a.txt; cp src/a.txt out", "src/**", "out"),
        ("echo one >&2; echo two; date; echo 1 > out", "none", "out"),
        ("mktemp -p /tmp; echo $RANDOM > /tmp/r; echo 1 > out", "none", "out"),
        ("mkfifo pipe; (echo through > pipe &) ; cat pipe > out; rm pipe", "none", "out"),
        ("for i in $(seq 200); do mkdir -p many/$((i % 7)); echo $i > many/$((i % 7))/$i; done", "none", "many/"),
        ("dd if=/dev/zero of=sparse bs=1 count=0 seek=5000000 2> /dev/null; echo end >> sparse", "none", "sparse"),
        ("echo \"$SOURCE_DATE_EPOCH\" > out; stat -c %Y src/a.txt >> out", "src/**", "out"),
        ("printf 'caf\\303\\251' > 'caf\u00e9 \u65e5\u672c'; sed s/a/b/ src/a.txt > 'with space'", "src/**", "'caf*', 'with space'"),
    ];

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_undeclared_input_cannot_be_seen_or_is_caught()
    {
        Seed("first");
        var first = await RunAsync();
        Seed("second");
        var second = await RunAsync("--verify", "100%");

        var caught = second["verify"]!["differences"]!.AsArray().Select(static difference => difference!["job"]!.GetValue<string>()).ToHashSet();
        foreach (var (name, _, _) in Seeded)
        {
            var (was, now) = (Job(first, name), Job(second, name));
            was["steps"]![1]!["cache"]!["outcome"]!.GetValue<string>().ShouldBe("miss", name);
            now["steps"]![1]!["cache"]!["outcome"]!.GetValue<string>().ShouldBe("hit", name);
            var shown = now["steps"]![2]!["outputs"]!["shown"]!.GetValue<string>();
            shown.ShouldBe(was["steps"]![2]!["outputs"]!["shown"]!.GetValue<string>(), name);
            shown.ShouldNotContain("second", Case.Sensitive, name);
            shown.ShouldNotContain("first", Case.Sensitive, name); // else it had seen it, and only the sample would tell
        }

        caught.ShouldBe(["clock"]); // the one that nobody can hide
    }

    [Fact]
    public async Task Twenty_honest_steps_raise_no_alarm()
    {
        Write("src/a.txt", "a\n");
        Write("src/b.txt", "b\n");
        var jobs = new StringBuilder("jobs:\n");
        foreach (var (i, (run, inputs, outputs)) in Honest.Index())
        {
            jobs.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                  h{{i}}:
                    image: tiny
                    network: none
                    steps:
                      - run: |
                          {{run}}
                        cache: { inputs: [{{inputs}}], outputs: [{{outputs}}] }

                """);
        }

        _bench.Workflow(jobs.ToString());
        await RunAsync();
        var report = await RunAsync("--verify", "100%", "--verify-strict");

        report["jobs"]!.AsArray().Select(static job => job!["steps"]![0]!["cache"]!["outcome"]!.GetValue<string>()).ShouldAllBe(static outcome => outcome == "hit");
        var verify = report["verify"]!;
        verify["differences"]!.ToJsonString().ShouldBe("[]");
        (verify["sampled"]!.GetValue<int>(), verify["differing"]!.GetValue<int>()).ShouldBe((20, 0));
        verify["bound"]!.GetValue<double>().ShouldBe(0.15, 0.001);
    }

    [Fact]
    public async Task Of_fifty_steps_only_those_run_that_depend_on_what_changed()
    {
        const int Leaves = 25;
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            Write($"src/{leaf}.txt", $"leaf {leaf}\n");
        }

        var (steps, parents) = (new List<string>(), new Dictionary<int, int>());
        var open = new Queue<int>();
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            open.Enqueue(Add($"cat src/{leaf}.txt > o/{leaf}", $"src/{leaf}.txt"));
        }

        while (open.Count > 1)
        {
            var (one, other) = (open.Dequeue(), open.Dequeue());
            var made = steps.Count;
            (parents[one], parents[other]) = (made, made);
            open.Enqueue(Add($"cat o/{one} o/{other} > o/{made}", $"o/{one}, o/{other}"));
        }

        var top = open.Dequeue();
        parents[top] = steps.Count;
        Add($"sha256sum o/{top} > o/{steps.Count}", $"o/{top}");
        steps.Count.ShouldBe(50);
        _bench.Workflow($"jobs:\n  chain:\n    image: tiny\n    network: none\n    steps:\n{string.Concat(steps)}");
        (await RunAsync())["jobs"]![0]!["steps"]!.AsArray().Select(Outcome).ShouldAllBe(static outcome => outcome == "miss");

        foreach (var leaf in (int[])[0, 24, 13])
        {
            Write($"src/{leaf}.txt", $"leaf {leaf}, changed\n");
            var expected = new HashSet<int>();
            for (var at = leaf; expected.Add(at) && parents.TryGetValue(at, out var next);)
            {
                at = next;
            }

            var report = await RunAsync();
            report["jobs"]![0]!["steps"]!.AsArray().Index().Where(static step => Outcome(step.Item) == "miss").Select(static step => step.Index).ShouldBe(expected.Order());
        }

        Write("src/13.txt", "leaf 13\n");
        (await RunAsync())["jobs"]![0]!["steps"]![13]!["cache"]!["outcome"]!.GetValue<string>().ShouldBe("hit"); // it was like this before, if not together with the others

        int Add(string run, string inputs)
        {
            var number = steps.Count;
            steps.Add($"      - {{ run: 'mkdir -p o; {run}', cache: {{ inputs: [{inputs}], outputs: [o/{number}] }} }}\n");
            return number;
        }
    }

    private void Seed(string seed)
    {
        Write("src/a.txt", "a");
        Write("undeclared.txt", seed);
        var jobs = new StringBuilder("jobs:\n");
        foreach (var (name, before, run) in Seeded)
        {
            jobs.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                  {{name}}:
                    image: tiny
                    network: none
                    steps:
                      - run: |
                          {{before.Replace("umask SEED", seed == "first" ? "umask 027" : "umask 077", StringComparison.Ordinal).Replace("SEED", seed, StringComparison.Ordinal)}}
                      - run: |
                          {{run}}
                        cache: { inputs: [src/**], outputs: [out] }
                      - { id: show, run: 'echo "shown=$(tr "\n" " " < out)" >> $GITHUB_OUTPUT' }

                """);
        }

        _bench.Workflow(jobs.ToString());
    }

    private void Write(string path, string text) => _bench.Write(path, text);

    private async Task<JsonObject> RunAsync(params string[] arguments) => await _bench.ReportAsync(0, arguments);

    private static JsonNode Job(JsonObject report, string name) => report["jobs"]!.AsArray().Single(job => job!["id"]!.GetValue<string>() == name)!;

    private static string? Outcome(JsonNode? step) => step!["cache"]!["outcome"]!.GetValue<string>();
}
