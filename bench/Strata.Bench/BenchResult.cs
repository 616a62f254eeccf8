using System.Globalization;
using System.Text;

namespace Strata.Bench;

/// <summary>What one benchmark found: printed, and kept in bench/results.</summary>
internal sealed class BenchResult(string name, string what)
{
    private readonly StringBuilder _text = new();

    public bool MeetsItsFigures { get; private set; } = true;

    public void Table(IEnumerable<Samples> samples)
    {
        _text.AppendLine("| | median ms | min ms | max ms |\n|---|---|---|---|");
        foreach (var s in samples)
        {
            _text.AppendLine(CultureInfo.InvariantCulture, $"| {s.Name} | {s.Median:0.0} | {s.Milliseconds.Min():0.0} | {s.Milliseconds.Max():0.0} |");
        }

        _text.AppendLine();
    }

    /// <param name="isMet">Whether the figure the project set itself is met.</param>
    public void Figure(string text, bool isMet)
    {
        MeetsItsFigures &= isMet;
        _text.AppendLine(CultureInfo.InvariantCulture, $"- {text} — {(isMet ? "met" : "**not met**")}");
    }

    public void Missing(string text) => _text.AppendLine(CultureInfo.InvariantCulture, $"- {text} — not measured");

    public void Save(string repository, TimeProvider time)
    {
        var text = $"""
            # {name}

            {what}

            `./bench/run {name}`, {time.GetUtcNow():yyyy-MM-dd}, {Environment.ProcessorCount} cores, kernel {Environment.OSVersion.Version}. Ratios mean something, times do not.

            {_text}
            """;
        Console.WriteLine(text);
        File.WriteAllText(Path.Combine(repository, "bench/results", name + ".md"), text.TrimEnd() + "\n");
    }
}
