using System.Diagnostics;
using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Images.BaseSystems;

/// <summary>
/// What a suite's mirrors have now, asked with apt's own downloader, so through the host's proxies and with its certificates. Unsigned as read: it tells whether
/// something moved, and nothing is made from it.
/// </summary>
internal static class MirrorState
{
    private const string Downloader = "/usr/lib/apt/apt-helper";
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <returns>Suite → digest of its InRelease; null: one cannot be read, so that only making the base system will tell.</returns>
    public static async Task<IReadOnlyDictionary<string, string>?> FindAsync(string suite, string scratchPlace, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(Downloader))
        {
            return null;
        }

        using var scratch = ScratchDirectory.Create(scratchPlace);
        var releases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in AptSources.ForBuild(suite, "/etc/apt"))
        {
            if (UrlOf(line) is not var (url, name))
            {
                return null;
            }

            var file = Path.Combine(scratch.Path, $"release-{releases.Count}");
            if (!await DownloadAsync(url, file, scratch.Path, time, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            releases[name.Replace('/', '_')] = Digest.Of(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false)).ToString();
        }

        return releases;
    }

    /// <summary>Of <c>deb [options] URI SUITE COMPONENT…</c>.</summary>
    internal static (string Url, string Suite)? UrlOf(string line)
    {
        var rest = line.StartsWith("deb ", StringComparison.Ordinal) ? line[4..].Trim() : "";
        if (rest.StartsWith('['))
        {
            rest = rest[(rest.IndexOf(']', StringComparison.Ordinal) + 1)..];
        }

        return rest.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var uri, var suite, _, ..] ? ($"{uri.TrimEnd('/')}/dists/{suite}/InRelease", suite) : null;
    }

    private static async Task<bool> DownloadAsync(string url, string file, string directory, TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = new Process();
        process.StartInfo = new("setsid", ["setpriv", "--pdeathsig", "KILL", Downloader, "download-file", url, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, TimeLimit, Timeout.InfiniteTimeSpan);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0 && File.Exists(file);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
