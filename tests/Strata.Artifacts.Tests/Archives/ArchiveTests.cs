using Strata.Artifacts.Archives;
using Strata.Core.Diagnostics;
using Strata.Layers.Store;

namespace Strata.Artifacts.Tests.Archives;

public sealed class ArchiveTests : IDisposable
{
    /// <summary>All that archives and directories have a place for.</summary>
    private const string Rich = """
        mkdir -p dist/deep/empty bin 'with space'
        echo hello > dist/app.js; chmod 640 dist/app.js
        printf '#!/bin/sh\n' > bin/tool; chmod 755 bin/tool
        ln bin/tool bin/other; ln -s ../bin/tool dist/link; ln -s missing dangling; ln -s . self
        head -c 9000000 /dev/urandom > dist/deep/random; truncate -s 3M dist/deep/sparse
        : > empty; echo é > 'with space/é'; chmod 500 dist/deep/empty
        touch -d '2001-02-03 04:05:06 UTC' dist/app.js dist/deep bin/tool
        """;

    /// <summary>What a tree is: kinds, modes, link targets, contents.</summary>
    private const string Listing = "find . -mindepth 1 -printf '%P %y %m %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 -r sha256sum";

    private readonly SampleTree _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task A_directory_is_the_tree_as_it_was()
    {
        using var content = await _sample.OpenAsync(Rich);
        var original = _sample.Make("original", Rich.Replace("head -c 9000000 /dev/urandom > dist/deep/random", ":", StringComparison.Ordinal));
        var target = _sample["out/of/here"];
        (await ArtifactArchives.WriteDirectoryAsync(content, $"{target}/", CancellationToken.None)).ShouldBe(0);
        SampleTree.Shell("stat -c %Y dist/app.js dist/deep bin/tool", target).ShouldBe(SampleTree.Shell("stat -c %Y dist/app.js dist/deep bin/tool", original));
        SampleTree.Shell("test bin/tool -ef bin/other; test $(stat -c %b dist/deep/sparse) -lt 1000; test $(stat -c %s dist/deep/random) = 9000000; rm dist/deep/random", target);
        SampleTree.Shell(Listing, target).ShouldBe(SampleTree.Shell(Listing, original));
        Directory.GetFileSystemEntries(Path.GetDirectoryName(target)!).ShouldBe([target]);
    }

    [Theory]
    [InlineData("a.tar.zst", "tar --zstd -xpf")]
    [InlineData("a.tar", "tar -xpf")]
    [InlineData("a.zip", "TZ=UTC unzip -q")]
    public async Task Archives_hold_the_tree_as_other_programs_see_it_and_are_the_same_bytes_each_time(string name, string unpack)
    {
        using var content = await _sample.OpenAsync(Rich);
        var files = (string[])[_sample[$"first-{name}"], _sample[$"second-{name}"]];
        foreach (var file in files)
        {
            await using var stream = File.Create(file);
            await WriteAsync(content, stream, name);
        }

        File.ReadAllBytes(files[1]).AsSpan().SequenceEqual(File.ReadAllBytes(files[0])).ShouldBeTrue();
        await ArtifactArchives.WriteDirectoryAsync(content, _sample["expected"], CancellationToken.None);
        Directory.CreateDirectory(_sample["unpacked"]);
        SampleTree.Shell($"{unpack} {files[0]}", _sample["unpacked"]);
        SampleTree.Shell(Listing, _sample["unpacked"]).ShouldBe(SampleTree.Shell(Listing, _sample["expected"]));
        SampleTree.Shell("stat -c %Y dist/app.js bin/tool", _sample["unpacked"]).ShouldBe("981173106\n981173106\n");
    }

    [Fact]
    public async Task An_archive_can_be_written_to_what_cannot_seek()
    {
        using var content = await _sample.OpenAsync(Rich);
        foreach (var (name, check) in ((string, string)[])[("a.zip", "unzip -tq"), ("a.tar.zst", "zstd -tq")])
        {
            await using (var file = File.Create(_sample[name]))
            await using (var forward = new ForwardOnly(file))
            {
                await WriteAsync(content, forward, name);
            }

            SampleTree.Shell($"{check} {_sample[name]}");
        }
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.zip")]
    [InlineData("")]
    public async Task Layers_show_together_what_they_show_when_they_are_mounted(string archive)
    {
        using var content = await _sample.OpenAsync(
            "mkdir -p keep gone opaque/below swap; echo 1 > keep/a; echo 2 > keep/b; echo 3 > gone/x; echo 4 > opaque/below/y; echo 5 > swap/z; echo 6 > first; ln first second; echo 7 > other",
            """
            mkdir -p keep opaque; echo changed > keep/a; rm -f gone; mknod gone c 0 0; set_attribute opaque trusted.overlay.opaque y; echo new > opaque/new
            echo 'now a file' > swap; mknod first c 0 0; echo link > late; ln late later
            """,
            "mkdir keep; mknod keep/b c 0 0; chmod 700 keep; echo top > top");
        if (archive.Length == 0)
        {
            await ArtifactArchives.WriteDirectoryAsync(content, _sample["seen"], CancellationToken.None);
        }
        else
        {
            await using (var file = File.Create(_sample[archive]))
            {
                (await WriteAsync(content, file, archive)).ShouldBe(0);
            }

            Directory.CreateDirectory(_sample["seen"]);
            SampleTree.Shell(archive is "a.zip" ? $"TZ=UTC unzip -q {_sample[archive]}" : $"tar -xpf {_sample[archive]}", _sample["seen"]);
        }

        SampleTree.Shell("find . -mindepth 1 -printf '%P %y %m\\n' | sort; cat keep/a swap second late later opaque/new; list_attributes opaque", _sample["seen"]).ShouldBe("""
            keep d 700
            keep/a f 644
            late f 644
            later f 644
            opaque d 755
            opaque/new f 644
            other f 644
            second f 644
            swap f 644
            top f 644
            changed
            now a file
            6
            link
            link
            new

            """);
    }

    [Theory]
    [InlineData("ln -s /etc/passwd x", "x")]
    [InlineData("ln -s ../x y", "y")]
    [InlineData("mkdir a; ln -s ../../x a/y", "a/y")]
    [InlineData("ln -s missing/../.. y", "y")]
    [InlineData("mkdir a; ln -s .. a/up; ln -s a/up/.. y", "y")] // only through the other link
    [InlineData("mkdir a; ln -s .. a/up; ln -s a/up/missing/../.. y", "y")]
    [InlineData("ln -s b a; ln -s a/../.. b", null)] // a loop leads nowhere
    [InlineData("mkdir -p a/b; ln -s ../../a/b/../b a/b/y; ln -s a/b/.. z; ln -s ./a/./b w", null)]
    public async Task A_link_that_leaves_the_directory_is_refused_and_nothing_is_left(string script, string? link)
    {
        using var content = await _sample.OpenAsync($"{script}; echo 1 > file");
        foreach (var target in (string[])[_sample["absent/deep"], _sample.Make("empty", ":")])
        {
            if (link is null)
            {
                await ArtifactArchives.WriteDirectoryAsync(content, target, CancellationToken.None);
                File.Exists(Path.Combine(target, "file")).ShouldBeTrue();
                continue;
            }

            var refused = await Should.ThrowAsync<UserErrorException>(ArtifactArchives.WriteDirectoryAsync(content, target, CancellationToken.None));
            refused.Diagnostics[0].Code.ShouldBe("STR4013");
            refused.Message.ShouldContain($" {link} ");
        }

        if (link is not null)
        {
            Directory.GetFileSystemEntries(_sample["absent"]).ShouldBeEmpty();
            Directory.GetFileSystemEntries(_sample["empty"]).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_is_there_is_not_touched()
    {
        using var content = await _sample.OpenAsync("mkdir -p d/e; echo 1 > d/e/file; echo 2 > other; touch $'\\xff'");
        foreach (var (name, script, taken) in ((string, string, string)[])
        [
            ("file", "mkdir -p d/e; echo mine > d/e/file", "d/e/file"), ("link", "mkdir elsewhere; ln -s elsewhere d", "d"), ("dangling", "ln -s missing other", "other"),
            ("kind", "echo mine > d", "d"), ("directory", "mkdir other", "other"),
        ])
        {
            var target = _sample.Make(name, script);
            var before = SampleTree.Shell(Listing, target);
            var refused = await Should.ThrowAsync<UserErrorException>(ArtifactArchives.WriteDirectoryAsync(content, $"{target}/", CancellationToken.None));
            refused.Diagnostics[0].ShouldSatisfyAllConditions(d => d.Code.ShouldBe("STR4012"), d => d.Message.ShouldStartWith($"{target}/{taken} is there"));
            SampleTree.Shell(Listing, target).ShouldBe(before);
        }

        (await Should.ThrowAsync<UserErrorException>(ArtifactArchives.WriteDirectoryAsync(content, _sample["file/d/e/file"], CancellationToken.None))).Diagnostics[0].Code.ShouldBe("STR4012");
    }

    [Fact]
    public async Task A_directory_that_has_other_names_gets_those_of_the_artifact_too()
    {
        using var content = await _sample.OpenAsync("mkdir -p d/e; echo 1 > d/e/file; echo 2 > d/file; echo 3 > other; touch $'\\xff'; chmod 500 d/e");
        var target = _sample.Make("target", "mkdir d; echo mine > d/mine; echo mine > mine; chmod 700 . d");
        await ArtifactArchives.WriteDirectoryAsync(content, target, CancellationToken.None);
        SampleTree.Shell("find . -mindepth 1 ! -name '*.tmp' ! -name $'\\xff' -printf '%P %m\\n' | sort; test -e $'\\xff'; ls -A | wc -l; cat d/mine d/e/file", target).ShouldBe("""
            d 700
            d/e 500
            d/e/file 644
            d/file 644
            d/mine 644
            mine 644
            other 644
            4
            mine
            1

            """);
    }

    [Fact]
    public async Task Rights_that_a_job_gave_are_not_given_here()
    {
        using var content = await _sample.OpenAsync("echo x > tool; chown 1234:1234 tool; chmod 6755 tool; mkdir d; chmod 2775 d; set_attribute tool user.note 1; mknod null c 1 3; mkfifo pipe");
        (await ArtifactArchives.WriteDirectoryAsync(content, _sample["out"], CancellationToken.None)).ShouldBe(1);
        SampleTree.Shell("stat -c '%n %a %u %F' * | sort; list_attributes tool", _sample["out"])
            .ShouldBe($"d 775 {SampleTree.Shell("id -u").Trim()} directory\npipe 644 {SampleTree.Shell("id -u").Trim()} fifo\ntool 755 {SampleTree.Shell("id -u").Trim()} regular file\n");
        await using var zip = File.Create(_sample["a.zip"]);
        (await ArtifactArchives.WriteZipAsync(content, zip, CancellationToken.None)).ShouldBe(2);
    }

    [Fact]
    public async Task A_zip_holds_names_that_are_text_and_a_tar_all()
    {
        using var content = await _sample.OpenAsync("touch $'\\xff'");
        await using var zip = File.Create(_sample["a.zip"]);
        (await Should.ThrowAsync<UserErrorException>(ArtifactArchives.WriteZipAsync(content, zip, CancellationToken.None))).Diagnostics[0].Code.ShouldBe("STR4016");
        await using var tar = File.Create(_sample["a.tar"]);
        await ArtifactArchives.WriteTarAsync(content, tar, CancellationToken.None);
    }

    [Fact]
    public async Task Content_that_is_lost_or_damaged_is_said_which()
    {
        var tree = await _sample.StoreAsync("echo below > a", "echo above > b");
        var image = SampleTree.Shell($"find layers -path '*{tree.Layers[1].Hex}*' -type f -size +1k | head -1", _sample.Data).Trim();
        SampleTree.Shell($"chmod u+w {image}; printf X | dd of={image} bs=1 seek=5000 conv=notrunc status=none", _sample.Data);
        var damaged = await ArtifactContent.OpenAsync(_sample.Layers, tree, CancellationToken.None);
        (damaged.Content, damaged.Missing, damaged.Miss).ShouldBe((null, tree.Layers[1], LayerMiss.Damaged));
        var gone = await ArtifactContent.OpenAsync(_sample.Layers, tree, CancellationToken.None);
        (gone.Missing, gone.Miss).ShouldBe((tree.Layers[1], LayerMiss.Absent));
        (await _sample.Layers.RemoveAsync(tree.Layers[0], CancellationToken.None)).ShouldBe(LayerRemoval.Removed); // no lease is left on it
    }

    private static async Task<long> WriteAsync(ArtifactContent content, Stream target, string name)
    {
        switch (Path.GetExtension(name))
        {
            case ".zip":
                return await ArtifactArchives.WriteZipAsync(content, target, CancellationToken.None);
            case ".tar":
                await ArtifactArchives.WriteTarAsync(content, target, CancellationToken.None);
                return 0;
            default:
                await ArtifactArchives.WriteTarZstdAsync(content, target, CancellationToken.None);
                return 0;
        }
    }

    /// <summary>As a pipe is.</summary>
    private sealed class ForwardOnly(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
