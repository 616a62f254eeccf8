using Strata.Layers.Sources;

namespace Strata.Layers.Tests.Sources;

/// <summary>Which files a job sees, and what it sees of the repository.</summary>
public sealed class SourceVisibilityTests : IDisposable
{
    private const string Git = "git -c user.name=t -c user.email=t@t -c init.defaultBranch=main -c protocol.file.allow=always";

    private readonly TemporaryDirectory _directory = new();
    private readonly SampleSources _sources;

    public SourceVisibilityTests()
    {
        Directory.CreateDirectory(Workspace);
        _sources = new(_directory);
    }

    private string Workspace => _directory.Combine("workspace");

    public void Dispose()
    {
        _sources.Dispose();
        _directory.Dispose();
    }

    private async Task<CapturedTree> Capture(string? workspace = null) => await _sources.CaptureAsync(workspace ?? Workspace);

    private void InWorkspace(string script) => Shell.Run(Workspace, script.Replace("git ", Git + " ", StringComparison.Ordinal));

    private static string Files(CapturedTree tree) => Shell.Run(tree.Path, "find . -mindepth 1 ! -type d -printf '%P\\n' | sort").Trim().Replace('\n', ' ');

    [Fact]
    public async Task Tracked_and_untracked_files_are_visible_and_ignored_and_deleted_ones_are_not()
    {
        InWorkspace("""
            git init -q; echo '*.log' > .gitignore; echo a > a; echo b > b; mkdir d; echo c > 'd/c d'; ln -s a link; ln -s /etc/passwd out
            git add .; git commit -qm one; rm b; git mv a renamed; echo u > untracked; echo l > x.log; chmod 755 renamed; mkfifo pipe
            mkdir .data; echo s > .data/state; touch -d '@1000000000.5' renamed
            """);
        var tree = await Capture();
        Files(tree).ShouldBe(".gitignore d/c d link out renamed untracked");
        Shell.Run(tree.Path, "stat -c '%a %.9Y' renamed; readlink out").ShouldBe("755 1000000000.500000000\n/etc/passwd\n");
        tree.Source.Git.ShouldNotBeNull();
        tree.Source.Git!.HeadRef.ShouldBe("refs/heads/main");
        tree.Source.Git!.HeadCommit.ShouldBe(Shell.Run(Workspace, "git rev-parse HEAD").Trim());
        (await tree.Source.Git!.IsDirtyAsync(CancellationToken.None)).ShouldBeTrue();
        tree.Source.FileCount.ShouldBe(6);
    }

    [Fact]
    public async Task Without_git_all_files_are_visible_but_the_data_directory_and_sockets()
    {
        Shell.Run(Workspace, "mkdir -p .data e/empty; echo s > .data/x; echo a > a; mkfifo e/pipe p1 p2 p3; chmod 640 a");
        var tree = await Capture();
        Files(tree).ShouldBe("a");
        Directory.Exists(Path.Combine(tree.Path, "e/empty")).ShouldBeTrue();
        tree.Source.Git.ShouldBeNull();
        var said = tree.Source.Diagnostics.ShouldHaveSingleItem();
        said.Code.ShouldBe("STR3305");
        said.Message.ShouldStartWith("e/pipe, p1, p2 and 1 more:");
        Directory.Exists(Path.Combine(tree.Path, ".data")).ShouldBeFalse();
    }

    [Fact]
    public async Task Everything_belongs_to_the_jobs_root_and_nothing_is_set_id()
    {
        Shell.Run(Workspace, "echo a > a; mkdir d; echo b > d/b; chown -R 1234:1234 .; chmod 6755 a");
        var tree = await Capture();
        Shell.Run(tree.Path, "stat -c '%u:%g %a' a d .").ShouldBe("0:0 755\n0:0 755\n0:0 755\n");
        Shell.Run(Workspace, "stat -c '%u:%g' a d .").ShouldBe("1234:1234\n1234:1234\n1234:1234\n");
    }

    [Fact]
    public async Task Submodules_and_nested_repositories_show_their_visible_files()
    {
        Shell.Run(_directory.Path, $"{Git} init -q module; cd module; echo i > .gitignore; echo m > m; {Git} add .; {Git} commit -qm m");
        InWorkspace($"git init -q; git submodule -q add {_directory.Combine("module")} sub; git commit -qm s; echo ignored > sub/i; echo new > sub/new; git init -q nested; echo n > nested/n");
        Files(await Capture()).ShouldBe(".gitmodules nested/n sub/.gitignore sub/m sub/new");
    }

    [Fact]
    public async Task A_linked_work_tree_and_a_subdirectory_are_found()
    {
        InWorkspace("git init -q; mkdir s; echo a > s/a; echo b > b; git add .; git commit -qm one; git worktree add -q ../linked -b side; git pack-refs --all");
        var linked = await Capture(_directory.Combine("linked"));
        linked.Source.Git!.HeadRef.ShouldBe("refs/heads/side");
        linked.Source.Git!.HeadCommit.ShouldBe(Shell.Run(Workspace, "git rev-parse HEAD").Trim());
        var below = await Capture(Path.Combine(Workspace, "s"));
        Files(below).ShouldBe("a");
        below.Source.Git!.HeadCommit.ShouldBe(linked.Source.Git!.HeadCommit);
        InJob(below, "git rev-parse HEAD && git log --oneline | wc -l").ShouldBe($"{linked.Source.Git!.HeadCommit}\n1\n");
    }

    [Fact]
    public async Task Git_works_in_the_copy_and_knows_no_credentials()
    {
        InWorkspace("""
            git init -q; git config user.name x; echo a > a; git add .; git commit -qm one; git tag -a v1 -m v1; echo b > a; git commit -qam two
            git remote add origin https://user:s3cret@host.example/r.git?token=s3cret
            git config http.https://host.example/.extraheader 'AUTHORIZATION: basic s3cret'; git config credential.helper '!echo s3cret'
            git config include.path /s3cret; git config url.https://s3cret@x/.insteadOf https://x/; mkdir -p .git/hooks; echo s3cret > .git/hooks/post-checkout
            """);
        var tree = await Capture();
        Shell.Run(tree.GitView!.Directory, "grep -r s3cret . || true").ShouldBe("");
        InJob(tree, "git remote get-url origin; git describe; git status --porcelain; git diff --stat HEAD~1 | tail -1; git log --format=%s").ShouldBe(
            "https://host.example/r.git\nv1-1-g" + tree.Source.Git!.HeadCommit![..7] + "\n 1 file changed, 1 insertion(+), 1 deletion(-)\ntwo\none\n");
    }

    [Fact]
    public async Task A_repository_cannot_make_strata_run_its_programs()
    {
        InWorkspace("""
            git init -q; echo a > a; git add .; git commit -qm one
            printf '#!/bin/sh\ntouch %s/owned\n' "$PWD" > .git/evil; chmod 755 .git/evil
            git config core.fsmonitor "$PWD/.git/evil"; git config core.pager "$PWD/.git/evil"; git config core.worktree /etc
            """);
        var tree = await Capture();
        Files(tree).ShouldBe("a");
        File.Exists(Path.Combine(Workspace, "owned")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_workspace_may_be_a_link_and_belong_to_another_user()
    {
        InWorkspace("git init -q; echo a > a; git add .; git commit -qm one; chown -R 1234:1234 .");
        Shell.Run(_directory.Path, "ln -s workspace link");
        Files(await Capture(_directory.Combine("link"))).ShouldBe("a");
    }

    [Fact]
    public async Task Large_sparse_files_stay_sparse()
    {
        Shell.Run(Workspace, "truncate -s 300M big; printf x | dd of=big bs=1 seek=200000000 conv=notrunc status=none; head -c 300000 /dev/urandom > random");
        var tree = await Capture();
        Shell.Run(_directory.Path, $"cmp {Workspace}/big {tree.Path}/big; cmp {Workspace}/random {tree.Path}/random; test $(stat -c %b {tree.Path}/big) -lt 10000");
    }

    [Fact]
    public async Task A_directory_is_as_old_as_the_newest_that_is_visible_in_it()
    {
        InWorkspace("""
            git init -q; echo x > .gitignore; mkdir -p d/e f; for i in $(seq 200); do echo $i > d/e/$i; done; echo f > f/f
            find . -type f -exec touch -d @1000000000 {} +; touch -d @1000000007 d/e/9; touch x f/x; mkdir only; touch only/x
            """);
        var tree = await Capture();
        Shell.Run(_directory.Path, $"diff -r -x .git -x .data -x x -x only {Workspace} {tree.Path}");
        Shell.Run(tree.Path, "stat -c %Y d/e d f .; test ! -e only").ShouldBe("1000000007\n1000000007\n1000000000\n1000000007\n");
    }

    [Fact]
    public async Task What_lies_behind_a_link_in_a_tracked_path_is_not_there()
    {
        InWorkspace("git init -q; mkdir d; echo a > d/a; echo b > b; git add .; git commit -qm one; rm -r d; ln -s /etc d");
        Files(await Capture()).ShouldBe("b d");
    }

    [Fact]
    public async Task Files_that_appear_in_a_nested_repository_are_seen()
    {
        InWorkspace("git init -q; echo a > a; git add .; git commit -qm one; git init -q nested; echo n > nested/n");
        Files(await Capture()).ShouldBe("a nested/n");
        Shell.Run(Workspace, "echo m > nested/m; mkdir -p nested/.git");
        Files(await Capture()).ShouldBe("a nested/m nested/n");
    }

    /// <summary>The view as a job sees it, objects where they really are.</summary>
    private string InJob(CapturedTree tree, string script)
    {
        var view = tree.GitView;
        var git = _directory.Combine($"git-{Guid.NewGuid():n}");
        Shell.Run(_directory.Path, $"cp -a {view.Directory} {git}");
        File.WriteAllLines(Path.Combine(git, "objects/info/alternates"), view.Objects);
        return Shell.Run(tree.Path, $"export GIT_DIR={git} GIT_WORK_TREE=.; {script}");
    }
}
