using System.Text;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>Writes valid workflows from a seed: block and flow style mixed, comments, anchors, odd white space.</summary>
internal sealed class RandomWorkflow(int seed)
{
    private static readonly string[] SetUps =
    [
        "actions/setup-node@v4", "actions/setup-python@v5", "actions/setup-java@v4", "actions/setup-go@v5", "actions/setup-dotnet@v4", "dtolnay/rust-toolchain@1.75",
    ];

    private static readonly string[] Texts =
        ["make", "'it''s'", "\"a\\tb\\u00e4\"", "echo ä😀", "\"${{ github.sha }}\"", "'# no comment'", "a b", "\"{[,\"", "x#y", "'- x: y'", "\"line\\nline\""];

    private static readonly string[] Labels =
    [
        "ubuntu-latest", "'ubuntu-22.04'", "\"ubuntu-latest\"", "[ubuntu-latest]", "[ self-hosted , linux ]", "self-hosted", "\"${{ matrix.v }}\"", "{ labels: ubuntu-latest }",
        "[ubuntu-latest, x64]", "{group: big, labels: [ubuntu-latest]}", "macos-latest", "ubuntu-latest", "ubuntu-24.04",
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private int _anchors;

    public string Write()
    {
        _text.Clear();
        if (Chance(6))
        {
            WriteFlowFile();
        }
        else
        {
            WriteBlockFile();
        }

        var text = _text.ToString();
        return Chance(4) ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
    }

    private void WriteFlowFile()
    {
        var count = _random.Next(1, 4);
        _text.Append($"{{{Gap()}on: [push],{Gap()}jobs: {{");
        for (var i = 0; i < count; i++)
        {
            _text.Append($"{(i > 0 ? "," : "")}{Gap()}j{i}: {FlowJob(i)}");
        }

        _text.Append($"{Gap()}}}{Gap()}}}\n");
    }

    private void WriteBlockFile()
    {
        _text.Append(Chance(3) ? "# head ä\n" : "").Append("on: push\n").Append(Chance(3) ? "env:\n  A: 1 # one\n\n" : "");
        _text.Append("jobs:").Append(Chance(3) ? " # all" : "").Append('\n');
        var indent = new string(' ', _random.Next(1, 5));
        var count = _random.Next(1, 5);
        for (var i = 0; i < count; i++)
        {
            Comment(indent);
            if (Chance(3))
            {
                _text.Append($"{indent}j{i}: {FlowJob(i)}{(Chance(2) ? " # flow" : "")}\n");
            }
            else
            {
                _text.Append($"{indent}j{i}:\n");
                WriteBlockJob(i, indent + new string(' ', _random.Next(1, 4)));
            }
        }
    }

    private void WriteBlockJob(int index, string indent)
    {
        List<Action> keys =
        [
            () => _text.Append($"{indent}runs-on: {(Chance(6) ? $"&os{_anchors++} ubuntu-latest" : Pick(Labels))}{(Chance(4) ? " # runner" : "")}\n"),
            () => WriteSteps(indent),
        ];
        foreach (var extra in Extras(index))
        {
            keys.Insert(_random.Next(keys.Count + 1), () => _text.Append($"{indent}{extra}\n"));
        }

        foreach (var write in keys)
        {
            Comment(indent);
            write();
        }
    }

    private void WriteSteps(string indent)
    {
        if (Chance(4))
        {
            _text.Append($"{indent}steps: {FlowSteps()}\n");
            return;
        }

        _text.Append($"{indent}steps:{(Chance(4) ? " # steps" : "")}\n");
        var dash = indent + new string(' ', _random.Next(0, 3));
        var count = _random.Next(1, 6);
        var real = _random.Next(count);
        for (var i = 0; i < count; i++)
        {
            Comment(dash);
            if (Chance(4))
            {
                _text.Append($"{dash}- {FlowStep(i != real)}{(Chance(3) ? " # step" : "")}\n");
            }
            else
            {
                WriteBlockStep(dash, i != real && Chance(2));
            }
        }
    }

    private void WriteBlockStep(string dash, bool setsUp)
    {
        var inner = dash + "  ";
        List<string> lines = [];
        if (setsUp)
        {
            lines.Add($"uses: {Pick(SetUps)}{(Chance(3) ? " # action" : "")}");
            if (Chance(2))
            {
                lines.Add(Chance(2) ? "with: { cache: x }" : $"with:\n{inner}  node-version: '20' # lts\n\n{inner}  cache: |\n{inner}    a\n{inner}    b");
            }
        }
        else if (Chance(3))
        {
            lines.Add($"run: {Pick(["|", ">-", "|+", "|2-"])}\n{inner}  echo a\n{inner}  {(Chance(2) ? "\t" : "")}echo 'ä # b'\n\n{inner}  - c: d\n");
        }
        else
        {
            lines.Add($"run: {Pick(Texts)}");
        }

        if (Chance(3))
        {
            lines.Insert(Chance(2) ? 0 : lines.Count, $"name: {Pick(Texts)}");
        }

        if (Chance(4))
        {
            lines.Add("env:\n" + $"{inner}  A: {Pick(Texts)} # env");
        }

        _text.Append($"{dash}- {(Chance(8) ? $"&s{_anchors++}\n{inner}" : "")}{string.Join($"\n{inner}", lines)}\n{(Chance(4) ? "\n" : "")}");
    }

    private List<string> Extras(int index)
    {
        List<string> extras = [];
        if (index > 0 && Chance(2))
        {
            extras.Add($"needs: {(Chance(2) ? $"j{_random.Next(index)}" : $"[j{_random.Next(index)}]")}");
        }

        if (Chance(3))
        {
            extras.Add("strategy: { matrix: { v: [1, '2', {a: b}], include: [{ v: 3 }] } }");
        }

        if (Chance(4))
        {
            extras.Add("if: \"${{ github.ref == 'refs/heads/main' }}\"");
        }

        if (Chance(5))
        {
            extras.Add(Chance(2) ? "timeout-minutes: 5" : "env: {B: \"x, y\"}");
        }

        if (Chance(12))
        {
            extras.Add("container: debian:12");
        }

        return extras;
    }

    private string FlowJob(int index)
    {
        List<string> entries = [$"runs-on{(Chance(8) ? " " : "")}: {Pick(Labels)}", $"steps: {FlowSteps()}"];
        foreach (var extra in Extras(index))
        {
            entries.Insert(_random.Next(entries.Count + 1), extra);
        }

        return $"{{{Gap()}{string.Join($",{Gap()}", entries)}{Gap()}}}";
    }

    private string FlowSteps()
    {
        var count = _random.Next(1, 6);
        var real = _random.Next(count);
        var steps = Enumerable.Range(0, count).Select(i => FlowStep(i != real));
        return $"[{Gap()}{string.Join($"{(Chance(5) ? " " : "")},{Gap()}", steps)}{(Chance(6) ? "," : "")}{Gap()}]";
    }

    private string FlowStep(bool maySetUp)
    {
        if (maySetUp && Chance(2))
        {
            return Chance(2) ? $"{{ uses: {Pick(SetUps)}, with: {{ cache: x }} }}" : $"{{uses: '{Pick(SetUps)}'}}";
        }

        return Chance(2) ? $"{{ run: {FlowText()}, name: {FlowText()} }}" : $"{{run: {FlowText()}}}";
    }

    private string FlowText() => Pick(["make", "'it''s'", "\"a\\tb, c\"", "'{[,'", "ä😀", "a b"]);

    /// <summary>Between tokens of flow style; white space only, for it must stay within the indentation.</summary>
    private string Gap() => _random.Next(6) switch { 0 => "  ", 1 => "", _ => " " };

    private void Comment(string indent) => _text.Append(Chance(5) ? $"{indent}# comment: [x]\n" : Chance(8) ? "\n" : "");

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private bool Chance(int one) => _random.Next(one) == 0;
}
