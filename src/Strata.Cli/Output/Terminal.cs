namespace Strata.Cli.Output;

/// <summary>What stderr can show.</summary>
/// <param name="IsLive">A terminal whose last line may be redrawn.</param>
/// <param name="Width">Columns.</param>
internal sealed record Terminal(bool IsLive, bool UseColor, int Width)
{
    private const int WidthMin = 40;

    /// <summary>NO_COLOR and TERM=dumb are honoured; CI=true means plain lines.</summary>
    public static Terminal Detect()
    {
        var isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
        var isLive = isTerminal && Environment.GetEnvironmentVariable("CI") is null or "" or "false";
        var useColor = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new(isLive && isTerminal, useColor, isTerminal ? Math.Max(WidthMin, Console.WindowWidth) : 120);
    }

    /// <summary>Lines that hold what a workflow or an image said: they do not steer a terminal. Line ends and tabs stay.</summary>
    public static string Printable(string text) => Printable(text, "\n\t");

    /// <summary>The same of what is to stay one line.</summary>
    public static string PrintableLine(string text) => Printable(text, "");

    private static string Printable(string text, string kept) => string.Create(text.Length, (text, kept), static (span, of) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = of.text[i];
            var steers = char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
            span[i] = steers && !of.kept.Contains(c) ? '\ufffd' : c;
        }
    });

    public string Paint(string text, Color color) => UseColor ? $"\e[{(int)color}m{text}\e[0m" : text;
}

/// <summary>SGR foreground codes (ECMA-48).</summary>
internal enum Color
{
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Cyan = 36,
}
