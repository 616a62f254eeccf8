using System.Text;
using Strata.Sandbox;

namespace Strata.Execution.Steps;

/// <summary>Reads files that a job may have written, with a limit.</summary>
internal static class BoundedText
{
    /// <returns>Null when absent, no regular file, or over <paramref name="sizeMax"/> bytes.</returns>
    public static async ValueTask<string?> ReadAsync(ISandbox sandbox, string path, int sizeMax, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(sandbox, path, sizeMax, cancellationToken).ConfigureAwait(false);
        return bytes is null || bytes.Length > sizeMax ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <returns>Null when absent or no regular file; one byte more than <paramref name="sizeMax"/> when it is longer.</returns>
    public static async ValueTask<byte[]?> ReadBytesAsync(ISandbox sandbox, string path, int sizeMax, CancellationToken cancellationToken)
    {
        var stream = await sandbox.OpenFileAsync(path, cancellationToken).ConfigureAwait(false);
        if (stream is null)
        {
            return null;
        }

        using (stream)
        {
            // Not asynchronous: a file on this machine, and nearly always empty.
            var content = new MemoryStream();
            var buffer = new byte[Math.Min(16 << 10, sizeMax + 1)];
            while (content.Length <= sizeMax)
            {
                var room = (int)Math.Min(buffer.Length, sizeMax + 1 - content.Length);
                var read = stream.Read(buffer, 0, room);
                if (read == 0)
                {
                    break;
                }

                content.Write(buffer, 0, read);
            }

            return content.ToArray();
        }
    }
}
