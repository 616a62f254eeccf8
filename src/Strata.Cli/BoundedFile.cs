namespace Strata.Cli;

/// <summary>Small files that a user names. Pipes and devices too, which have no length: what is read is what is bounded.</summary>
internal static class BoundedFile
{
    private const int FirstRead = 16 << 10;

    /// <returns>One byte more than <paramref name="sizeMax"/> when there is more.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    public static ReadOnlyMemory<byte> Read(string path, int sizeMax)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[Math.Min(FirstRead, sizeMax + 1)];
        var count = 0;
        while (file.Read(bytes.AsSpan(count)) is var read and > 0)
        {
            count += read;
            if (count > sizeMax)
            {
                break;
            }

            if (count == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, sizeMax + 1L));
            }
        }

        return bytes.AsMemory(0, count);
    }
}
