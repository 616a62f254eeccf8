using Strata.Execution.StepFiles;

namespace Strata.Execution.Tests.StepFiles;

public sealed class StepFileParserTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("A=1\n", "A=1")]
    [InlineData("A=1", "A=1")]
    [InlineData("A=\n\n\nB=x=y\n", "A=|B=x=y")]
    [InlineData("A=1<<2\n", "A=1<<2")]
    [InlineData("A<<EOF\nx=1\ny\nEOF\nB=2\n", "A=x=1\ny|B=2")]
    [InlineData("A<<EOF\nEOF\n", "A=")]
    [InlineData("A<<EOF\n\nEOF\n", "A=")]
    [InlineData("A<<EOF\n\n\nEOF\n", "A=\n")]
    [InlineData("A<<E=F\nx\nE=F", "A=x")]
    [InlineData("\uFEFFA=1\n", "A=1")]
    [InlineData("A= spaced \n", "A= spaced ")]
    public void Parses(string text, string expected)
    {
        var (pairs, problem) = StepFileParser.Parse(text);
        problem.ShouldBeNull();
        string.Join("|", pairs.Select(p => $"{p.Key}={p.Value}")).ShouldBe(expected);
    }

    [Theory]
    [InlineData("nothing\n", "line 1: 'nothing' is neither NAME=VALUE nor NAME<<DELIMITER.")]
    [InlineData("A=1\n\n=x\n", "line 3: there is no name before '='.")]
    [InlineData("<<X\nX\n", "line 1: there is no name before '<<'.")]
    [InlineData("A<<\nx\n", "line 1: there is no delimiter after 'A<<'.")]
    [InlineData("A<<EOF\nx\nEOF \n", "the value of 'A' has no end: a line with only 'EOF' is missing.")]
    [InlineData("A<<EOF", "the value of 'A' has no end: a line with only 'EOF' is missing.")]
    public void Says_what_is_wrong(string text, string expected) => StepFileParser.Parse(text).Problem.ShouldBe(expected);

    [Fact]
    public void Never_throws()
    {
        var random = new Random(7);
        const string letters = "A=<\nE\r\u00e4";
        for (var i = 0; i < 2000; i++)
        {
            StepFileParser.Parse(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => letters[random.Next(letters.Length)])));
        }
    }
}
