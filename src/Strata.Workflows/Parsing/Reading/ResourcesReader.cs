using System.Globalization;
using Strata.Core;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>resources:</c>.</summary>
internal static class ResourcesReader
{
    private static readonly ByteSize MemoryMin = new(6L << 20); // below, the runtime itself does not start
    private static readonly ByteSize DiskMin = new(1L << 20);

    public static Resources Read(Fields job) =>
        job.Object("resources") is { } fields
            ? new(ReadCpu(fields), ReadSize(fields, "memory", MemoryMin), ReadPids(fields), ReadSize(fields, "disk", DiskMin))
            : Resources.Unlimited;

    private static decimal? ReadCpu(Fields fields)
    {
        if (fields.Text("cpu") is not { } text)
        {
            return null;
        }

        if (decimal.TryParse(text.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cores) && cores is >= 0.01m and <= 1024)
        {
            return cores;
        }

        fields.Problems.Add(StructureDiagnostics.OutOfRange(text.At, "'cpu'", "a number of cores from 0.01 to 1024"));
        return null;
    }

    private static long? ReadPids(Fields fields)
    {
        if (fields.Scalar("pids") is not { Kind: YamlKind.Number } scalar)
        {
            return null;
        }

        if (scalar.Number is >= 1 and <= 4_194_304 && scalar.Number == Math.Floor(scalar.Number))
        {
            return (long)scalar.Number;
        }

        fields.Problems.Add(StructureDiagnostics.OutOfRange(scalar.At, "'pids'", "a whole number from 1 to 4,194,304"));
        return null;
    }

    private static ByteSize? ReadSize(Fields fields, string name, ByteSize min)
    {
        if (fields.Text(name) is not { } text || fields.Scalar(name)!.HasExpression)
        {
            return null;
        }

        if (!ByteSize.TryParse(text.Value, out var size))
        {
            fields.Problems.Add(StructureDiagnostics.BadSize(text.At, $"'{name}'", text.Value));
            return null;
        }

        if (size < min)
        {
            fields.Problems.Add(StructureDiagnostics.OutOfRange(text.At, $"'{name}'", $"at least {min.Bytes >> 20} MiB"));
        }

        return size;
    }
}
