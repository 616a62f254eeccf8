namespace Strata.Layers.Tests.Saving;

/// <summary>What patterns collect of a job, whoever put it there; on a real overlay, in a mount namespace of its own.</summary>
public sealed class TreeCollectingTests : IDisposable
{
    private const string Source = """
        mkdir -p src/deep docs dist; echo s >src/a.c; echo s >src/deep/b.c; echo s >src/.hidden; echo d >docs/x.md; echo old >dist/stale; echo r >readme; mkdir src/none
        """;

    private const string Job = """
        mkdir -p dist/sub; echo 1 >dist/app; chmod 755 dist/app; ln dist/app dist/same; ln -s app dist/to; echo 2 >dist/sub/lib; rm dist/stale; echo h >dist/.env; rm docs/x.md; echo m >>src/a.c; mkdir dist/empty
        mv src/deep src/moved
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a directory", "dist", "dist", "saved: / .env app empty same sub sub/lib to")]
    [InlineData("with a slash", "dist", "dist/", "saved: / .env app empty same sub sub/lib to")]
    [InlineData("all below it", "dist", "dist/**", "saved: / .env app empty same sub sub/lib to")]
    [InlineData("one file", "dist", "dist/app", "saved: / app")]
    [InlineData("the second name of a file", "dist", "dist/same", "saved: / same")]
    [InlineData("one level", "dist", "dist/*", "saved: / .env app empty same sub sub/lib to")]
    [InlineData("by ending, anywhere", "", "**/*.c", "saved: / src src/a.c src/moved src/moved/b.c")]
    [InlineData("with an exclusion", "", "src !src/moved", "saved: / src src/.hidden src/a.c src/none")]
    [InlineData("excluded and taken again", "", "src/** !src/moved/** src/moved/b.c", "saved: / src src/.hidden src/a.c src/moved src/moved/b.c src/none")]
    [InlineData("what only the source has", "", "readme", "saved: / readme")]
    [InlineData("several trees", "", "dist/sub readme", "saved: / dist dist/sub dist/sub/lib readme")]
    [InlineData("what the job removed", "docs", "docs", "empty")]
    [InlineData("a removed file by name", "dist", "dist/stale", "empty")]
    [InlineData("moved away", "src", "src/deep/**", "empty")]
    [InlineData("directories only", "src", "src/none", "empty")]
    [InlineData("no such root", "nowhere", "nowhere/**", "absent")]
    [InlineData("a root that is a file", "dist/app", "dist/app", "absent")]
    public async Task What_matches_is_collected(string what, string root, string patterns, string expected)
    {
        _ = what;
        (await RunAsync(Job, root, patterns)).ShouldBe(expected);
    }

    [Fact]
    public async Task Hidden_names_can_be_left_out_with_all_below()
    {
        await File.WriteAllTextAsync(_directory.Combine("without-hidden"), "");
        (await RunAsync($"{Job}\nmkdir -p dist/.git/objects; echo 1 >dist/.git/objects/o", "dist", "dist")).ShouldBe("saved: / app empty same sub sub/lib to");
    }

    [Fact]
    public async Task Contents_links_modes_and_attributes_are_those_of_the_job()
    {
        await File.WriteAllTextAsync(_directory.Combine("show.sh"), "cat dist/app src/a.c src/moved/b.c; [ dist/app -ef dist/same ]; stat -c %a dist/app; readlink dist/to; python3 -c \"import os; print(os.getxattr('dist/app', 'user.x'))\"");
        (await RunAsync($"{Job}\npython3 -c \"import os; os.setxattr('dist/app', 'user.x', b'y')\"", "", "dist src")).ShouldEndWith("1\ns\nm\ns\n755\napp\nb'y'\n");
    }

    [Theory]
    [InlineData("a link to a file, by its own name", "ln -s ../src/a.c dist/c", "dist", "dist/c", "saved: / c", "[ ! -L c ]; grep -q m c")]
    [InlineData("a link to a directory", "ln -s dist out", "out", "out", "saved: / .env app empty same sub sub/lib to", "[ -L to ]; [ app -ef same ]")]
    [InlineData("with a slash", "ln -s dist out", "out", "out/", "saved: / .env app empty same sub sub/lib to", "")]
    [InlineData("below a link", "ln -s dist out", "out/sub", "out/sub/**", "saved: / lib", "")]
    [InlineData("a file below a link", "ln -s dist out", "out/sub", "out/sub/lib", "saved: / lib", "grep -q 2 lib")]
    [InlineData("through several", "ln -s dist one; ln -s ./one/ two; ln -s ../two dist/three; ln -s dist/three/sub four", "four", "four", "saved: / lib", "")]
    [InlineData("absolute, within the workspace", "ln -s /workspace//dist/./sub out", "out", "out", "saved: / lib", "")]
    [InlineData("a file of the workspace behind a link to it", "ln -s . all", "all", "all/readme", "saved: / readme", "")]
    [InlineData("above itself", "ln -s .. dist/up", "dist/up/dist", "dist/up/dist/sub/lib dist/up/dist/app", "saved: / app sub sub/lib", "")]
    [InlineData("each into the other", "mkdir a b; ln -s ../b a/x; ln -s ../a b/y; echo 1 >b/f", "a", "a/x a/x/y/x/f", "saved: / x x/f x/y x/y/x x/y/x/f x/y/x/y", "[ ! -L x/y/x ]; [ -L x/y/x/y ]")]
    [InlineData("what only a pattern finds stays a link", "ln -s ../src/a.c dist/c.c", "", "dist/*.c", "saved: / dist dist/c.c", "[ -L dist/c.c ]")]
    [InlineData("links among what is found stay links", "mkdir d; ln -s ../dist d/l", "d", "d", "saved: / l", "[ -L l ]")]
    [InlineData("one of several paths", "ln -s dist/sub out", "", "out/lib readme", "saved: / out out/lib readme", "[ ! -L out ]")]
    [InlineData("into what only the source has", "ln -s src/moved out", "out", "out", "saved: / b.c", "")]
    [InlineData("to nothing", "ln -s nowhere out", "", "out", "empty", "")]
    [InlineData("to nothing below a file", "ln -s dist/app/x out", "", "out", "empty", "")]
    [InlineData("in circles", "ln -s two one; ln -s one two", "", "one", "empty", "")]
    [InlineData("to itself", "ln -s one/x one", "", "one", "empty", "")]
    public async Task Of_a_path_that_is_written_out_links_are_followed(string what, string job, string root, string patterns, string expected, string check)
    {
        _ = what;
        await File.WriteAllTextAsync(_directory.Combine("follow"), "");
        await File.WriteAllTextAsync(_directory.Combine("show.sh"), $"set -e; {(check.Length > 0 ? check : ":")}; echo as expected");
        (await RunAsync($"{Job}\n{job}", root, patterns)).ShouldBe(expected.StartsWith("saved", StringComparison.Ordinal) ? $"{expected}\nas expected\n" : expected);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/")]
    [InlineData("/workspace2/x")]
    [InlineData("../etc/passwd")]
    [InlineData("dist/../../etc")]
    [InlineData("hop")]
    public async Task A_link_that_leads_out_of_the_workspace_is_not_followed(string target)
    {
        await File.WriteAllTextAsync(_directory.Combine("follow"), "");
        var refused = await RunAsync($"{Job}\nln -s {target} out; ln -s ../.. hop", "", "out");
        refused.ShouldStartWith("refused: out leads through a symbolic link to ");
        refused.ShouldContain("outside of /workspace");
    }

    [Fact]
    public async Task A_secret_behind_a_link_blocks_it_too()
    {
        await File.WriteAllTextAsync(_directory.Combine("follow"), "");
        (await RunAsync($"{Job}\nmkdir deep; echo {SavingChild.Secret} >deep/f; ln -s deep out", "out", "out")).ShouldBe("blocked: out/f:1");
    }

    [Fact]
    public async Task A_secret_blocks_it_whoever_wrote_it() =>
        (await RunAsync($"mkdir out; cat readme >out/f; printf '\\n\\n%s' {SavingChild.Secret} >>out/f", "out", "out")).ShouldBe("blocked: out/f:4");

    [Fact]
    public async Task Nothing_but_what_is_wanted_is_searched_for_secrets() =>
        (await RunAsync($"mkdir out; echo fine >out/f; echo {SavingChild.Secret} >out/g", "out", "out/f")).ShouldBe("saved: / f");

    private async Task<string> RunAsync(string job, string root, string patterns)
    {
        await SavingScripts.WriteAsync(_directory, Source, [job]);
        return await TestChild.FinishAsync(TestChild.StartMounted("", "collect", _directory.Path, root, patterns));
    }
}
