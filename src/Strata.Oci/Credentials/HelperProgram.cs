using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Strata.Oci.Credentials;

/// <summary>Runs <c>docker-credential-NAME get</c>: the server's name on its standard input, JSON on its standard output.</summary>
internal static class HelperProgram
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);
    private const int OutputBytesMax = 256 << 10;
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static async ValueTask<CredentialLookup> GetAsync(string name, string server, TimeProvider time, CancellationToken cancellationToken)
    {
        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            return new(null, $"'{OciDiagnostics.Shown(name)}' cannot be the name of a credential helper.");
        }

        var program = $"docker-credential-{name}";
        using var timeOut = new CancellationTokenSource(TimeMax, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeOut.Token, cancellationToken);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            try
            {
                return await ConverseAsync(process, program, server, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new(null, $"{program} did not answer within {TimeMax.TotalSeconds:0} s.");
            }
            finally
            {
                Kill(process);
            }
        }
        catch (Win32Exception e)
        {
            return new(null, $"{program} could not be started ({e.Message}).");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return new(null, $"{program} gave an answer that cannot be used.");
        }
    }

    private static async ValueTask<CredentialLookup> ConverseAsync(Process process, string program, string server, CancellationToken cancellationToken)
    {
        var output = ReadAsync(process.StandardOutput.BaseStream, cancellationToken);
        var errors = ReadAsync(process.StandardError.BaseStream, cancellationToken);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(server), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its output says why.
        }

        var answer = await output.ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            // Helpers report "nothing known" as a failure with this text.
            var text = Encoding.UTF8.GetString(answer);
            return text.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? CredentialLookup.None
                : new(null, $"{program} failed with exit code {process.ExitCode}.");
        }

        var wire = JsonSerializer.Deserialize(answer, CredentialJson.Default.WireHelperAnswer);
        return wire is not { Secret.Length: > 0 } ? CredentialLookup.None
            : wire.UserName == "<token>" ? new(new Credential("", "", wire.Secret))
            : new(new Credential(wire.UserName ?? "", wire.Secret));
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer.WrittenSpan.ToArray();
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > OutputBytesMax)
            {
                throw new IOException("too long");
            }
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile.
        }
    }
}
