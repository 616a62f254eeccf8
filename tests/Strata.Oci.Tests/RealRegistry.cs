using System.Diagnostics;
using System.Text.RegularExpressions;
using Strata.Oci.References;

namespace Strata.Oci.Tests;

/// <summary>The distribution project's own registry (package docker-registry) on a free loopback port, with a throw-away directory.</summary>
internal sealed partial class RealRegistry : IAsyncDisposable
{
    private readonly Scratch _scratch;
    private readonly Process _process;
    private bool _hasEnded;

    private RealRegistry(Scratch scratch, Process process, string host) => (_scratch, _process, Host) = (scratch, process, host);

    public string Host { get; }

    public Reference Reference(string rest) => References.Reference.Parse($"{Host}/{rest}");

    /// <param name="passwordFile">Lines of htpasswd (bcrypt); null = everybody may do everything.</param>
    public static async Task<RealRegistry> StartAsync(string? passwordFile = null, (string Certificate, string Key)? tls = null)
    {
        var scratch = new Scratch();
        Process? process = null;
        try
        {
            await File.WriteAllTextAsync(scratch["config.yml"], $"""
                version: 0.1
                log: [level: info]
                storage:
                  filesystem: [rootdirectory: {scratch["data"]}]
                  delete: [enabled: true]
                http: [addr: "127.0.0.1:0", secret: test{(tls is var (certificate, key) ? $", tls: [certificate: {certificate}, key: {key}]" : "")}]
                """.Replace("[", "{").Replace("]", "}") + (passwordFile is null ? "" : $"\nauth: {{htpasswd: {{realm: test, path: {passwordFile}}}}}\n"));
            process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", scratch["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            process.OutputDataReceived += (_, line) => Read(line, listening);
            process.ErrorDataReceived += (_, line) => Read(line, listening);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new(scratch, process, await listening.Task);
        }
        catch
        {
            await EndAsync(process);
            scratch.Dispose();
            throw;
        }

        static void Read(DataReceivedEventArgs line, TaskCompletionSource<string> listening)
        {
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException("docker-registry did not start."));
            }
            else if (Listening().Match(line.Data) is { Success: true } match)
            {
                listening.TrySetResult(match.Groups[1].Value);
            }
        }
    }

    /// <summary>Also by a test that goes on without it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        await EndAsync(_process);
        _scratch.Dispose();
    }

    private static async Task EndAsync(Process? process)
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
