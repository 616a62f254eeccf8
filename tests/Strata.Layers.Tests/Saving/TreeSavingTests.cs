namespace Strata.Layers.Tests.Saving;

/// <summary>What jobs did in a restored directory, on real overlays, by the kernel: as root, each test in a mount namespace of its own.</summary>
public sealed class TreeSavingTests : IDisposable
{
    private const string Exchange = """python3 -c "import ctypes,sys; r=ctypes.CDLL(None).renameat2(-100,sys.argv[1].encode(),-100,sys.argv[2].encode(),2); sys.exit(r)" """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public Task The_first_job_saves_all_and_the_next_what_it_changed() => ShouldPrint(
        ["mkdir -p home/cache/d; cd home/cache; echo 1 >f; echo 2 >d/g; echo 3 >d/h", "cd home/cache; echo 4 >>d/g; rm d/h; echo 5 >n", "test \"$(cat home/cache/d/g | tr '\\n' ,)\" = 2,4, && test ! -e home/cache/d/h"],
        """
        saved: / d d/g d/h f
        saved: / d d/g -d/h n
        unchanged
        tree: / d d/g f n

        """);

    [Theory]
    [InlineData("nothing was done", "true")]
    [InlineData("times and the same content", "touch -d 2001-01-01 f d; cp f n; mv n f; chmod 600 f; chmod 644 f")]
    [InlineData("removed and made anew", "cp -a . ../copy; cd ..; rm -rf cache; mkdir cache; cp -a copy/. cache")]
    [InlineData("renamed and back", "mv d e; mv e d; cd ..; mv cache c; mv c cache")]
    [InlineData("another directory with the same in its place", "cp -a . ../copy; cd ..; rm -rf cache; mv copy cache")]
    [InlineData("exchanged with a copy", "cp -a . ../copy; cd ..; " + Exchange + "cache copy")]
    [InlineData("new and gone", "echo 1 >n; mkdir m; rm -r n m")]
    public Task What_shows_the_same_is_unchanged(string what, string change)
    {
        _ = what;
        return ShouldPrint(
            ["mkdir -p home/cache/d; cd home/cache; echo 1 >f; chmod 644 f; echo 2 >d/g; ln -s f l", $"cd home/cache; {change}"],
            "saved: / d d/g f l\nunchanged\ntree: / d d/g f l\n");
    }

    [Theory]
    [InlineData("renamed, another made in its place", "mv cache old; mkdir cache; mv old/d/g cache/n", "saved: / -d -f -l n", "/ n")]
    [InlineData("exchanged", "mkdir x; echo 9 >x/f; " + Exchange + "cache x", "saved: / -d f -l", "/ f")]
    [InlineData("removed and made anew", "rm -r cache; mkdir -p cache/d; echo 3 >cache/d/h", "saved: / d -d/g d/h -f -l", "/ d d/h")]
    [InlineData("a directory becomes a file, a link a directory", "cd cache; rm -r d l; echo 1 >d; mkdir l; echo 1 >l/x", "saved: / d l l/x", "/ d f l l/x")]
    [InlineData("renamed below", "mv cache/d cache/e", "saved: / -d e e/g", "/ e e/g f l")]
    [InlineData("moved in from beside", "mkdir -p beside/s; echo 7 >beside/s/t; mv beside cache/b", "saved: / b b/s b/s/t", "/ b b/s b/s/t d d/g f l")]
    [InlineData("a mode", "chmod 600 cache/f", "saved: / f", "/ d d/g f l")]
    public async Task The_restored_directory_can_be_replaced(string what, string change, string saved, string tree)
    {
        _ = what;
        var output = await RunAsync("mkdir home", ["mkdir -p home/cache/d; cd home/cache; echo 1 >f; chmod 644 f; echo 2 >d/g; ln -s f l", $"cd home; {change}", "true"]);
        var lines = output.Split('\n');
        lines[1].ShouldBeOneOf(saved, saved.Replace("saved", "squashed", StringComparison.Ordinal), string.Concat("squashed: ", tree));
        lines[2].ShouldBe("unchanged");
        lines[^2].ShouldBe($"tree: {tree}");
    }

    [Theory]
    [InlineData("true", "absent")]
    [InlineData("mkdir -p home/cache", "empty")]
    [InlineData("echo 1 >home/cache", "absent")]
    [InlineData("ln -s / home/cache", "absent")]
    [InlineData("mkdir -p home/cache/d; cp /dev/null home/cache/f; rm -r home/cache", "absent")]
    public async Task What_is_not_there_or_empty_is_not_saved(string job, string expected) =>
        (await RunAsync("mkdir home", [job])).Split('\n')[0].ShouldBe(expected);

    [Theory]
    [InlineData("rm -r home/cache", "absent")]
    [InlineData("rm -r home/cache; mkdir home/cache", "empty")]
    [InlineData("rm -r home/cache/*", "empty")]
    [InlineData("mv home/cache gone", "absent")]
    [InlineData("rm -r home", "absent")]
    public async Task What_a_job_made_empty_is_not_saved(string job, string expected) =>
        (await RunAsync("mkdir home", ["mkdir -p home/cache/d; echo 1 >home/cache/f", job])).Split('\n')[1].ShouldBe(expected);

    [Fact]
    public async Task Only_names_of_the_base_are_removed_and_files_of_the_image_are_not_saved()
    {
        var output = await RunAsync(
            "mkdir -p home/cache/d; cd home/cache; echo i >image; echo i >both; echo i >d/image",
            ["cd home/cache; echo 1 >mine; echo 2 >both; echo 3 >d/mine", "cd home/cache; rm image mine d/mine d/image; rmdir d; echo n >n", "cd home/cache; test -e image; test -e d/image; rm -r d; mkdir d; echo 2 >d/x", "true"]);
        output.ShouldBe(
            """
            saved: / both d d/mine mine
            saved: / -d -mine n
            saved: / d d/x
            unchanged
            tree: / both d d/x n

            """);
    }

    [Fact]
    public async Task Paths_that_are_saved_elsewhere_are_left_out()
    {
        await File.WriteAllTextAsync(_directory.Combine("except"), "home/cache/d/own\nhome/cache/none\nhome/other\n");
        var output = await RunAsync("mkdir home", ["mkdir -p home/cache/d/own; cd home/cache; echo 1 >f; echo 2 >d/own/x", "cd home/cache; test ! -e d/own; mkdir d/own; echo 3 >d/own/y", "cd home/cache; mv d e; echo 4 >e/z"]);
        output.ShouldBe(
            """
            saved: / d f
            unchanged
            saved: / -d e e/z
            tree: / e e/z f

            """);
    }

    [Fact]
    public Task Links_attributes_holes_and_special_names_are_kept() => ShouldPrint(
        [
            """
            mkdir -p home/cache; cd home/cache; echo 1 >a; ln a b; ln -s ../x l; mkfifo p; truncate -s 50M hole; printf x | dd of=hole bs=1 seek=30000000 conv=notrunc status=none
            python3 -c "import os; os.setxattr('a', 'user.note', b'hi'); open(b'\xff\xfe', 'w').write('x')"; mkdir -m 1777 t; echo s >s; chmod 4755 s
            """,
            "cd home/cache; [ a -ef b ]; [ $(stat -c %h a) = 2 ]; ln a c; rm b; printf y | dd of=hole bs=1 seek=10 conv=notrunc status=none",
            "cd home/cache; [ a -ef c ]; [ ! -e b ]; [ $(stat -c %s hole) = 52428800 ]; python3 -c \"import os; assert os.getxattr('a', 'user.note') == b'hi'; os.setxattr('a', 'user.note', b'ho')\"",
            "true",
        ],
        null,
        lines => lines.Select(static line => line.Split(':')[0]).ShouldBe(["saved", "saved", "saved", "unchanged", "tree"]));

    [Fact]
    public async Task Of_what_was_copied_into_the_job_only_what_differs_is_saved()
    {
        await File.WriteAllTextAsync(_directory.Combine("written"), "");
        await ShouldPrint(
            [
                "mkdir -p home/cache/d/e; cd home/cache; head -c 100000 /dev/urandom >big; ln big d/link; echo 2 >d/g; echo 3 >d/e/h; ln -s g d/l",
                "cd home/cache; [ big -ef d/link ]; cp -p d/g n; mv n d/g; touch d",
                "cd home/cache; rm -r d/e; echo 4 >d/e; echo 5 >n",
                "cd home/cache; [ big -ef d/link ]; cp -p big b; rm d/link; mv b d/link",
                "rm home/cache/d/g",
                "rm -r home/cache/*",
            ],
            """
            saved: / big d d/e d/e/h d/g d/l d/link
            unchanged
            saved: / d d/e n
            unchanged
            saved: / d -d/g
            empty
            tree: / big d d/e d/l d/link n

            """);
    }

    [Fact]
    public Task Many_small_changes_end_as_one_layer() => ShouldPrint(
        [
            "mkdir -p home/cache; cd home/cache; head -c 3000000 /dev/urandom >big",
            .. Enumerable.Range(1, 10).Select(static i => $"cd home/cache; echo {i} >>log; echo {i} >f{i}; rm -f f{i - 1}"),
            "test \"$(cat home/cache/log | tr '\\n' ' ')\" = '1 2 3 4 5 6 7 8 9 10 '",
        ],
        null,
        lines =>
        {
            lines.Count(static line => line.StartsWith("squashed: ", StringComparison.Ordinal)).ShouldBe(1);
            lines[8].ShouldBe("squashed: / big f8 log");
            lines[^1].ShouldBe("tree: / big f10 log");
        });

    [Fact]
    public Task What_is_mostly_hidden_is_written_anew() => ShouldPrint(
        ["mkdir -p home/cache; cd home/cache; head -c 100000 /dev/urandom >a; head -c 20000 /dev/urandom >b", "head -c 100001 /dev/urandom >home/cache/a", "true"],
        "saved: / a b\nsaved: / a\nunchanged\ntree: / a b\n");

    [Fact]
    public Task A_secret_blocks_the_save_and_the_base_stays() => ShouldPrint(
        ["mkdir -p home/cache; echo 1 >home/cache/f", $"printf 'a\\n%s\\n' token={SavingChild.Secret} >home/cache/conf", "test ! -e home/cache/conf; echo 2 >home/cache/g"],
        "saved: / f\nblocked: home/cache/conf:2\nsaved: / g\ntree: / f g\n");

    private Task ShouldPrint(IReadOnlyList<string> jobs, string expected) => ShouldPrint(jobs, expected, null);

    private async Task ShouldPrint(IReadOnlyList<string> jobs, string? expected, Action<string[]>? check)
    {
        var output = await RunAsync("mkdir home", jobs);
        if (expected is not null)
        {
            output.ShouldBe(expected);
        }

        check?.Invoke(output.TrimEnd('\n').Split('\n'));
    }

    private async Task<string> RunAsync(string image, IReadOnlyList<string> jobs)
    {
        await SavingScripts.WriteAsync(_directory, image, jobs);
        return await TestChild.FinishAsync(TestChild.StartMounted("", "save", _directory.Path));
    }
}

/// <summary>What a child of these tests reads.</summary>
internal static class SavingScripts
{
    public static async Task WriteAsync(TemporaryDirectory directory, string image, IReadOnlyList<string> jobs)
    {
        await File.WriteAllTextAsync(directory.Combine("image.sh"), image);
        for (var i = 0; i < jobs.Count; i++)
        {
            await File.WriteAllTextAsync(directory.Combine($"{i + 1}.sh"), jobs[i]);
        }
    }
}
