using System.Text;
using Strata.Core.Text;

namespace Strata.Core.Tests.Text;

public sealed class LineSplitterTests
{
    private static List<(string Text, bool Complete)> Split(string text, int chunk)
    {
        var splitter = new LineSplitter();
        var lines = new List<(string, bool)>();
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i += chunk)
        {
            ReadOnlyMemory<byte> input = bytes.AsMemory(i, Math.Min(chunk, bytes.Length - i));
            while (splitter.TryRead(ref input, out var piece, out var complete))
            {
                lines.Add((Encoding.UTF8.GetString(piece.Span), complete));
            }
        }

        var rest = splitter.TakeRest();
        if (rest.Length > 0)
        {
            lines.Add((Encoding.UTF8.GetString(rest.Span), false));
        }

        return lines;
    }

    [Theory]
    [InlineData("a\nb\n", "a+|b+")]
    [InlineData("a\r\nb", "a+|b-")]
    [InlineData("10%\r20%\r\n\n", "10%+|20%+|+")]
    [InlineData("\r\r\nx", "+|+|x-")]
    [InlineData("", "")]
    public void Lines_end_at_any_line_end_whatever_the_chunks(string text, string expected)
    {
        for (var chunk = 1; chunk <= 8; chunk++)
        {
            string.Join("|", Split(text, chunk).Select(l => l.Text + (l.Complete ? "+" : "-"))).ShouldBe(expected, $"chunk {chunk}");
        }
    }

    [Fact]
    public void A_long_line_comes_in_pieces()
    {
        var lines = Split(new string('x', LineSplitter.LineLengthMax + 10) + "\ny\n", 10_000);
        lines.Select(l => (l.Text.Length, l.Complete)).ShouldBe([(LineSplitter.LineLengthMax, false), (10, true), (1, true)]);
    }
}
