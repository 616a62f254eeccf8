using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Text;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>What is known of a built image, for people.</summary>
internal static class BuiltImageText
{
    private const int ValueWidthMax = 100;

    public static void Write(TextWriter output, BuiltImage image, Digest? digest, IReadOnlyList<string> users, DateTimeOffset now)
    {
        output.WriteLine(image.Definition);
        output.WriteLine($"  kind          built from steps");
        output.WriteLine($"  scope         {image.Scope}");
        if (digest is { } whole)
        {
            output.WriteLine($"  image digest  {whole}");
        }

        output.WriteLine($"  age           {ImageTable.Age(image.CreatedAt, now)}");
        output.WriteLine($"  last use      {ImageTable.Age(image.LastUsed, now)}");
        output.WriteLine($"  size          {new ByteSize(image.SizeBytes)}");
        output.WriteLine($"  used by       {(users.Count == 0 ? "nothing in this workflow" : string.Join(", ", users))}");
        foreach (var (record, isPresent) in image.Steps)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  step {record.Step + 1}        {(isPresent ? new ByteSize(record.SizeBytes).ToString() : "gone: built again when needed")}, built in {Lifetime.Format(record.BuildDuration)} by {record.Producer.RunId} {Ago(record.CreatedAt, now)}{(record.Shareable ? "" : ", not for forks (secrets)")}"));
            output.WriteLine($"    key         {record.Key}");
            output.WriteLine($"    layer       {record.Layer}");
            foreach (var (name, value) in JsonNode.Parse(record.Manifest)!.AsObject())
            {
                output.WriteLine($"    {name,-11} {ImageShowCommand.Printable(Cut(value))}");
            }
        }
    }

    private static string Ago(DateTimeOffset at, DateTimeOffset now) => ImageTable.Age(at, now) is var age and not "now" ? $"{age} ago" : "just now";

    private static string Cut(JsonNode? value)
    {
        var text = value is JsonValue plain && plain.TryGetValue<string>(out var own) ? own : value?.ToJsonString() ?? "";
        return text.Length <= ValueWidthMax ? text : string.Concat(text.AsSpan(0, ValueWidthMax - 1), "…");
    }
}
