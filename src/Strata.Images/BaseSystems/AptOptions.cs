using System.Diagnostics;

namespace Strata.Images.BaseSystems;

/// <summary>How this host's apt reaches its mirrors (proxies, certificates, what it checks of dates): used while building, never kept.</summary>
internal static class AptOptions
{
    private static readonly string[] Kept =
        ["Acquire::http::", "Acquire::https::", "Acquire::Check-", "Acquire::Retries", "Acquire::ForceIPv", "Acquire::Proxy-Auto-Detect"];

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>A file of apt.conf(5) lines in <paramref name="directory"/>, or null if there is nothing to say.</summary>
    public static async Task<string?> WriteAsync(string directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var lines = Select(await DumpAsync(time, cancellationToken).ConfigureAwait(false));
        if (lines.Count == 0)
        {
            return null;
        }

        var path = Path.Combine(directory, "apt.conf");
        await File.WriteAllLinesAsync(path, lines, cancellationToken).ConfigureAwait(false);
        return path;
    }

    internal static List<string> Select(IEnumerable<string> dump)
    {
        var lines = new List<string>();
        foreach (var line in dump)
        {
            if (Array.Exists(Kept, prefix => line.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    private static async Task<string[]> DumpAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = new Process();
        process.StartInfo = new("apt-config", ["dump"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return []; // no apt: the builder will say so
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, TimeLimit, Timeout.InfiniteTimeSpan);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return [];
        }
    }
}
