using System.Diagnostics;
using System.Globalization;

namespace Strata.Bench;

/// <summary>The most memory a program had resident, as the kernel counts it (VmHWM, proc(5)).</summary>
internal static class PeakMemory
{
    /// <returns>In bytes. What it grew by in its last milliseconds may be missing: the count goes with the process.</returns>
    public static async Task<long> OfAsync(string program, IReadOnlyList<string> arguments, string directory)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, Read(process.Id));
            await Task.Delay(2);
        }

        return process.ExitCode == 0 && peak > 0 ? peak : throw new InvalidOperationException($"{program}: {process.ExitCode}\n{await output}{await errors}");
    }

    /// <summary>Nothing once it has ended.</summary>
    private static long Read(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan("VmHWM:".Length, line.Length - "VmHWM: kB".Length), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
