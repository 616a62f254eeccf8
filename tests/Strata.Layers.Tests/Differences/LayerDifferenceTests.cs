namespace Strata.Layers.Tests.Differences;

/// <summary>On real overlays, by the kernel: as root, each in a mount namespace of its own.</summary>
public sealed class LayerDifferenceTests
{
    [Fact]
    public async Task The_difference_laid_on_the_base_shows_what_the_overlay_showed()
    {
        var count = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 400 : 12;
        for (var seed = 0; seed < count; seed++)
        {
            using var directory = new TemporaryDirectory();
            (await TestChild.FinishAsync(TestChild.StartMounted("", "difference", directory.Path, $"{seed}"))).ShouldStartWith("equal", customMessage: $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("a file changed", "mkdir d; echo 1 >d/f; echo 2 >d/g", "echo 3 >d/f", "/ d d/f")]
    [InlineData("a file removed", "mkdir d; echo 1 >d/f", "rm d/f", "/ d -d/f")]
    [InlineData("a directory removed", "mkdir -p d/e; echo 1 >d/e/f", "rm -r d", "/ -d")]
    [InlineData("copied up only", "mkdir d; echo 1 >d/f; touch -d 2001-01-01 d/f", "chmod u+x d/f; chmod u-x d/f", "equal, nothing changed")]
    [InlineData("made and removed", "mkdir d; touch -d 2001-01-01 d .", "echo 1 >d/x; rm d/x; touch -d 2001-01-01 d", "equal, nothing changed")]
    [InlineData("a directory renamed", "mkdir -p d/e; echo 1 >d/e/f", "mv d n", "/ -d n n/e n/e/f")]
    [InlineData("renamed, and within it", "mkdir -p d/e; echo 1 >d/e/f; echo 2 >d/g", "mv d n; mv n/e n/h; rm n/g", "/ -d n n/h n/h/f")]
    [InlineData("renamed and back", "mkdir -p d/e; echo 1 >d/e/f; touch -d 2001-01-01 .", "mv d n; mv n d; touch -d 2001-01-01 .", "equal, nothing changed")]
    [InlineData("made anew, partly the same", "mkdir d; echo 1 >d/f; echo 2 >d/g", "cp -a d c; rm -r d; mv c d; rm d/g", "/ d -d/g")]
    [InlineData("made anew, nothing the same", "mkdir d; echo 1 >d/f; echo 2 >d/g", "rm -r d; mkdir d; echo 3 >d/h", "/ d! d/h")]
    [InlineData("a file where a directory was", "mkdir d; echo 1 >d/f", "rm -r d; echo 2 >d", "/ d")]
    [InlineData("a directory where a file was", "echo 1 >f", "rm f; mkdir f; echo 2 >f/g", "/ f f/g")]
    [InlineData("a second name", "echo 1 >f", "ln f g", "/ f g")]
    public async Task What_changed_is_all_that_is_written(string what, string @base, string change, string expected)
    {
        _ = what;
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.Combine("base.sh"), @base);
        await File.WriteAllTextAsync(directory.Combine("change.sh"), change);
        var output = await TestChild.FinishAsync(TestChild.StartMounted("", "difference", directory.Path));
        output.ShouldBe(expected.StartsWith("equal", StringComparison.Ordinal) ? $"{expected}\n" : $"equal, {expected}\n");
    }
}
