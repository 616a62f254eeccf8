using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Hashing;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Differences;

namespace Strata.Layers.Tests.Hashing;

/// <summary>hashFiles gives the same of an index as of the directory it was made of.</summary>
public sealed class TreeHasherTests : IDisposable
{
    private static readonly string[] Patterns =
        ["**", "n0", "n1/**", "*/n2", "**/n1", "n0/n1/n2", "!n1/**", "!**/n0", "n2/n0", "n?/*", "link", "link/*", "link/**/n1", "to-file", "gone", "n0/gone/*"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("mkdir real; echo 1 >real/x; ln -s real link", "link/x", "real/x")]
    [InlineData("mkdir real; echo 1 >real/x; ln -s real link", "link", "real")]
    [InlineData("mkdir -p real/d; echo 1 >real/x; ln -s ../x real/d/up; ln -s real link", "link/d/up", "real/x")]
    [InlineData("echo 1 >x; ln x y", "y", "x")]
    [InlineData("echo 1 >x; ln -s x l", "l", "x")]
    public async Task Links_lead_where_they_do_in_a_directory(string make, string pattern, string same)
    {
        var tree = await TreeAsync(make);
        var expected = FileHasher.HashFiles(_directory.Combine("d"), GlobSet.Parse([same]).Set!, CancellationToken.None);
        expected.ShouldNotBeEmpty();
        TreeHasher.HashFiles(tree, GlobSet.Parse([pattern]).Set!).ShouldBe(expected);
    }

    [Theory]
    [InlineData("ln -s /etc/hostname bad", "**")]
    [InlineData("ln -s ../outside bad", "bad")]
    [InlineData("ln -s nowhere bad", "*")]
    [InlineData("mkdir d; ln -s ../.. d/bad", "d/bad/x")]
    public async Task A_link_that_leads_out_or_nowhere_is_an_error_that_names_it(string make, string pattern)
    {
        var tree = await TreeAsync(make);
        Should.Throw<IOException>(() => TreeHasher.HashFiles(tree, GlobSet.Parse([pattern]).Set!)).Message.ShouldContain("bad");
    }

    [Fact]
    public async Task Names_that_are_no_text_count() =>
        TreeHasher.HashFiles(await TreeAsync("""python3 -c "open(b'\xff', 'w').write('x')" """), GlobSet.Parse(["**"]).Set!)
            .ShouldBe(FileHasher.HashFiles(_directory.Combine("d"), GlobSet.Parse(["**"]).Set!, CancellationToken.None));

    [Fact]
    public void Whatever_the_tree_and_the_patterns_it_agrees_with_a_walk()
    {
        var cases = Gen.Choose(0, 1_000_000).Zip(Gen.Elements(Patterns).NonEmptyListOf()).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20).WithReplay(17, 3), Prop.ForAll(cases, static c =>
        {
            using var directory = new TemporaryDirectory();
            var tree = TreeAsync(directory, $"{new RandomCommands(c.Item1).Base()}\nln -sn n1 link; ln -s n0/n1 to-file; :").GetAwaiter().GetResult();
            var globs = GlobSet.Parse(c.Item2).Set!;
            Of(() => TreeHasher.HashFiles(tree, globs)).ShouldBe(Of(() => FileHasher.HashFiles(directory.Combine("d"), globs, CancellationToken.None)), string.Join(' ', c.Item2));
        }));

        static string Of(Func<string> hash)
        {
            try
            {
                return hash();
            }
            catch (IOException)
            {
                return "unreadable";
            }
        }
    }

    private Task<MergedTree> TreeAsync(string make) => TreeAsync(_directory, make);

    private static async Task<MergedTree> TreeAsync(TemporaryDirectory directory, string make)
    {
        Directory.CreateDirectory(directory.Combine("d"));
        Shell.Run(directory.Combine("d"), make);
        await LayerPacker.FromDirectoryAsync(directory.Combine("d"), new(directory.Combine("0.erofs"), directory.Combine("0.index")), PackOptions.Default, CancellationToken.None);
        return MergedTree.Of([LayerIndex.Open(directory.Combine("0.index"))]);
    }
}
