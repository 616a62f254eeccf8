using Strata.Core.Diagnostics;

namespace Strata.Cli.Output;

/// <summary>A file that appears when it is whole, in the place of what had its name.</summary>
internal static class WholeFile
{
    /// <exception cref="EnvironmentException">It cannot be written; what had its name is as it was.</exception>
    public static async Task<T> WriteAsync<T>(string path, Func<Stream, Task<T>> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            T result;
            var output = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 1 << 20 });
            await using (output.ConfigureAwait(false))
            {
                result = await write(output).ConfigureAwait(false);
                await output.FlushAsync().ConfigureAwait(false);
            }

            File.Move(temporary, path, overwrite: true);
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(path, e.Message), e);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }
}
