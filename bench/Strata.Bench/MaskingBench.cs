using System.Buffers;
using System.Globalization;
using System.Text;
using Strata.Execution.Masking;

namespace Strata.Bench;

/// <summary>How fast a job's output passes through masking.</summary>
internal static class MaskingBench
{
    private const int Size = 64 << 20;
    private const int Secrets = 50;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("masking", $"Log text through the masker with {Secrets} secrets in all their forms, {Size >> 20} MiB line by line.");
        var masker = new SecretMasker();
        var random = new Random(1);
        masker.Add([.. Enumerable.Range(0, Secrets).Select(_ => Secret(random))]);
        var text = LogText(random);
        var samples = await Measurement.InTurnAsync(5, ("masking", () => Mask(masker, text)), ("copying alone", () => Copy(text)));
        var speed = Size / 1e6 / (samples[0].Median / 1e3);
        result.Table(samples);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{speed:0} MB/s (figure: ≥ 100)"), speed >= 100);
        return result;
    }

    private static Task Mask(SecretMasker masker, byte[] text)
    {
        var stream = new MaskStream(masker);
        var masked = new ArrayBufferWriter<byte>();
        var rest = text.AsSpan();
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            _ = stream.MaskLine(rest[..end], masked);
            rest = rest[(end + 1)..];
        }

        return Task.CompletedTask;
    }

    private static Task Copy(byte[] text)
    {
        var buffer = new byte[1 << 16];
        for (var at = 0; at < text.Length; at += buffer.Length)
        {
            text.AsSpan(at, Math.Min(buffer.Length, text.Length - at)).CopyTo(buffer);
        }

        return Task.CompletedTask;
    }

    internal static string Secret(Random random) => string.Concat(Enumerable.Range(0, 32).Select(_ => "abcdefghijklmnopqrstuvwxyz0123456789"[random.Next(36)]));

    private static byte[] LogText(Random random)
    {
        string[] words = ["npm", "warn", "deprecated", "compiling", "src/main.c", "test", "passed", "in", "ms", "node_modules/left-pad", "error:", "0x7f3a", "[100%]"];
        var text = new StringBuilder(Size + 200);
        while (text.Length < Size)
        {
            for (var i = 0; i < 12; i++)
            {
                text.Append(words[random.Next(words.Length)]).Append(' ').Append(random.Next(100000)).Append(' ');
            }

            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString())[..Size];
    }
}
