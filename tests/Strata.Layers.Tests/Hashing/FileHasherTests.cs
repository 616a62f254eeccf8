using System.Security.Cryptography;
using Strata.Core.Globs;
using Strata.Layers.Hashing;

namespace Strata.Layers.Tests.Hashing;

public sealed class FileHasherTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<string> Hash(params string[] patterns) =>
        FileHasher.HashFilesAsync(_directory.Path, GlobSet.Parse(patterns).Set!, CancellationToken.None);

    [Fact]
    public async Task It_hashes_digests_not_contents()
    {
        _directory.Write("a.lock", "hello\n");
        (await Hash("a.lock")).ShouldBe("ecb65bb98f9d905b70458986c39fcbad7715e5f2fcc3b1f07767d7c83e2438cc"); // printf 'hello\n' | sha256sum | xxd -r -p | sha256sum
    }

    [Fact]
    public async Task No_match_is_an_empty_text()
    {
        Directory.CreateDirectory(_directory.Combine("d"));
        (await Hash("**")).ShouldBe("");
        (await Hash("missing/deep/*.lock")).ShouldBe("");
    }

    [Fact]
    public async Task Files_count_in_glob_order_whatever_their_number_and_size()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var content = new byte[i % 50 == 0 ? 700_000 : random.Next(5000)];
            random.NextBytes(content);
            var path = _directory.Combine($"d{random.Next(9)}", $"e{random.Next(3)}", $"f{i}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
        }

        var globs = GlobSet.Parse(["d5/**", "**/*.txt", "!d7/**", "d7/e1"]).Set!;
        var all = Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_directory.Path, f));
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in globs.Select(all))
        {
            expected.AppendData(SHA256.HashData(await File.ReadAllBytesAsync(_directory.Combine(file))));
        }

        (await FileHasher.HashFilesAsync(_directory.Path, globs, CancellationToken.None)).ShouldBe(Convert.ToHexStringLower(expected.GetHashAndReset()));
    }

    [Fact]
    public async Task Links_to_files_inside_are_followed_and_directories_are_not_entered()
    {
        _directory.Write("real/x", "content");
        var direct = await Hash("real/x");
        Shell.Run(_directory.Path, "ln -s real/x link; ln -s real dir; ln -s . real/loop; mkfifo real/pipe");
        (await Hash("link")).ShouldBe(direct);
        (await Hash("**/x")).ShouldBe(direct);
        (await Hash("dir")).ShouldBe(await Hash("real")); // a search path is looked up, links and all
    }

    [Theory]
    [InlineData("ln -s /etc/hostname bad", "leads out")]
    [InlineData("ln -s ../outside bad", "leads out")]
    [InlineData("ln -s nowhere bad", "bad")]
    public async Task A_link_that_cannot_be_read_inside_is_an_error_that_names_it(string make, string reason)
    {
        Shell.Run(_directory.Path, make);
        var error = await Should.ThrowAsync<IOException>(() => Hash("**"));
        error.Message.ShouldContain("bad");
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Pitfall_5_directories_nothing_can_match_in_are_not_read()
    {
        _directory.Write("src/a", "1");
        Shell.Run(_directory.Path, "mkdir -p node_modules/x; ln -s nowhere node_modules/x/broken.txt");
        (await Hash("**/*", "!node_modules/**")).ShouldBe(await Hash("src/a"));
    }
}
