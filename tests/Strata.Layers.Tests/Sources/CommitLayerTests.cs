using Strata.Core.Diagnostics;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Sources;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Sources;

public sealed class CommitLayerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public CommitLayerTests() => Shell.Run(_directory.Path, """
        git init -q work; cd work; git config user.name t; git config user.email t@t; mkdir -p a/b; head -c 300000 /dev/urandom > a/b/big; echo x > 'a/sp ace'; chmod 755 'a/sp ace'
        ln -s ../elsewhere a/link; : > empty; printf 'a\r\n' > crlf; echo '* text=auto' > .gitattributes; git add .; git commit -qm one
        """);

    private GitState Repository => GitState.Read(_directory.Combine("work"))!;

    private ILayerPlace Layers => new LocalLayerStore(_directory.Combine("data"), TimeProvider.System).Of(SampleSources.Org);

    public void Dispose() => _directory.Dispose();

    private Task<LayerLease> Find(string? commit = null) =>
        new CommitLayers(_directory.Combine("data")).FindOrPackAsync(Repository, commit ?? Repository.HeadCommit!, SampleSources.Org, Layers, CancellationToken.None);

    private string Commit(string script) => Shell.Run(_directory.Combine("work"), script).Trim();

    [Fact]
    public async Task A_commit_is_its_tree_whatever_the_work_tree_holds()
    {
        Shell.Run(_directory.Path, "mkdir expected out; git -C work archive HEAD | tar -C expected -x; echo changed > work/empty; echo new > work/untracked");
        using var lease = await Find();
        using (var reader = ErofsReader.Open(lease.Image, ownsFile: false))
        {
            await LayerExtractor.ToDirectoryAsync(reader, _directory.Combine("out"), new(OwnerPolicy.Root, ExtractedMarks.Trusted), CancellationToken.None);
        }

        Shell.Run(_directory.Path, "diff -r --no-dereference expected out; test -x 'out/a/sp ace'; test \"$(stat -c %Y out/a out/empty | sort -u)\" = \"$(git -C work show -s --format=%ct HEAD)\"");
    }

    [Fact]
    public async Task It_is_packed_once_and_the_same_everywhere()
    {
        using var first = await Find();
        using var second = await Find();
        second.Digest.ShouldBe(first.Digest);
        Shell.Run(_directory.Path, "git clone -q work clone");
        using var other = await new CommitLayers(_directory.Combine("other")).FindOrPackAsync(
            GitState.Read(_directory.Combine("clone"))!, Repository.HeadCommit!, SampleSources.Org,
            new LocalLayerStore(_directory.Combine("other"), TimeProvider.System).Of(SampleSources.Org), CancellationToken.None);
        other.Digest.ShouldBe(first.Digest);
        Directory.GetFiles(_directory.Combine("data/sources"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_submodule_is_an_empty_directory()
    {
        var commit = Commit("git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; git commit -qm sub; git rev-parse HEAD");
        using var lease = await Find(commit);
        using var reader = ErofsReader.Open(lease.Image, ownsFile: false);
        (lease.SizeBytes > 300_000).ShouldBeTrue();
        Shell.Run(_directory.Path, $"dump.erofs --path=/sub {lease.ImagePath} | grep -q directory");
    }

    [Theory]
    [InlineData("100644 blob %s\\t..")]
    [InlineData("100644 blob %s\\t.git")]
    [InlineData("100644 blob %s\\t.GIT")]
    public async Task A_tree_made_by_hand_cannot_leave_the_layer(string line)
    {
        var commit = Commit($"blob=$(git rev-parse HEAD:empty); name=$(printf '{line.Split("\\t")[1]}'); "
            + "tree=$( (printf \"100644 $name\\0\"; perl -e 'print pack(q(H*), shift)' $blob) | git hash-object -t tree -w --stdin --literally); git commit-tree -m evil $tree");
        var refusal = await Should.ThrowAsync<UserErrorException>(() => Find(commit));
        refusal.Diagnostics.ShouldHaveSingleItem().Code.ShouldStartWith("STR3");
        new LocalLayerStore(_directory.Combine("data"), TimeProvider.System).List(CancellationToken.None).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_commit_that_is_not_there_is_said() =>
        (await Should.ThrowAsync<EnvironmentException>(() => Find(new string('a', 40)))).Diagnostic.Code.ShouldBe("STR3303");
}
