namespace Strata.Bench;

/// <summary>Like an installed toolchain: many small files, some large ones, half of it text.</summary>
internal static class SampleTree
{
    private const int SmallFiles = 20_000;
    private const int LargeFiles = 60;

    public static string What => $"{SmallFiles} files of 0–32 KiB and {LargeFiles} of 0–16 MiB";

    public static string Make(ThrowawayDirectory directory)
    {
        var random = new Random(1);
        var root = directory.File("tree");
        var content = new byte[16 << 20];
        for (var i = 0; i < SmallFiles + LargeFiles; i++)
        {
            var parent = Directory.CreateDirectory(Path.Combine(root, $"d{i % 50}", $"e{i % 1000}")).FullName;
            var bytes = content.AsSpan(0, random.Next(i < SmallFiles ? 32 << 10 : content.Length));
            random.NextBytes(bytes);
            if (i % 2 == 0)
            {
                for (var j = 0; j < bytes.Length; j++)
                {
                    bytes[j] = (byte)(' ' + (bytes[j] & 15)); // compresses to half
                }
            }

            File.WriteAllBytes(Path.Combine(parent, $"f{i}"), bytes);
        }

        return root;
    }
}
