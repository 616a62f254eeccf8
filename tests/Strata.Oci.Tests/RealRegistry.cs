using System.Diagnostics;
using System.Text.RegularExpressions;
using Strata.Oci.References;

namespace Strata.Oci.Tests;

/// <summary>The distribution project's own registry (package docker-registry) on a free loopback port, with a throw-away directory.</summary>
internal sealed partial class RealRegistry : IAsyncDisposable
{
    private readonly Scratch _scratch;
    private readonly Process _process;

    private RealRegistry(Scratch scratch, Process process, string host) => (_scratch, _process, Host) = (scratch, process, host);

    public string Host { get; }

    public Reference Reference(string rest) => References.Reference.Parse($"{Host}/{rest}");

    /// <param name="passwordFile">Lines of htpasswd (bcrypt); null = everybody may do everything.</param>
    public static async Task<RealRegistry> StartAsync(string? passwordFile = null, (string Certificate, string Key)? tls = null)
    {
        var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch["config.yml"], $"""
            version: 0.1
            log: [level: info]
            storage:
              filesystem: [rootdirectory: {scratch["data"]}]
              delete: [enabled: true]
            http: [addr: "127.0.0.1:0", secret: test{(tls is var (certificate, key) ? $", tls: [certificate: {certificate}, key: {key}]" : "")}]
            """.Replace("[", "{").Replace("]", "}") + (passwordFile is null ? "" : $"\nauth: {{htpasswd: {{realm: test, path: {passwordFile}}}}}\n"));
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", scratch["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(scratch, process, await listening.Task);

        void Read(object sender, DataReceivedEventArgs line)
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

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _scratch.Dispose();
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
