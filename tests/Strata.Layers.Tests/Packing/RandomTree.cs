using System.Text;
using Strata.Layers.Tests.Erofs;

namespace Strata.Layers.Tests.Packing;

/// <summary>Trees of every kind of entry on this host's disk, the same for the same seed (but for the times of directories).</summary>
internal static class RandomTree
{
    private static readonly byte[] Capability = Convert.FromHexString("0100000200040000000000000000000000000000");
    private static readonly byte[] Acl = Convert.FromHexString("0200000001000600FFFFFFFF02000700E803000004000400FFFFFFFF10000700FFFFFFFF20000400FFFFFFFF");

    public static void Make(string directory, int seed)
    {
        var random = new Random(seed);
        Directory.CreateDirectory(directory);
        var script = new StringBuilder("umask 022\n");
        var directories = new List<string> { "." };
        var attributes = new List<(string Path, string Name, byte[] Value)>();
        for (var i = 0; i < 60; i++)
        {
            var parent = directories[random.Next(directories.Count)];
            var name = $"{parent}/{(random.Next(4) == 0 ? new string('n', random.Next(90, 240)) : random.Next(2) == 0 ? "é n" : "-!")}{i}";
            switch (random.Next(9))
            {
                case 0 or 1 when name.Length < 1000:
                    script.Append($"mkdir '{name}'\nchmod {random.Next(8)}7{random.Next(8)}{random.Next(8)} '{name}'\n");
                    directories.Add(name);
                    attributes.Add((name, "system.posix_acl_default", Acl));
                    break;
                case 2:
                    script.Append($"ln -s '{(random.Next(3) == 0 ? new string('t', random.Next(95, 300)) : "../x y")}' '{name}'\n");
                    break;
                case 3:
                    script.Append(random.Next(2) == 0 ? $"mkfifo '{name}'\n" : $"mknod '{name}' {(random.Next(2) == 0 ? 'c' : 'b')} {random.Next(500)} {random.Next(100000)}\n");
                    break;
                case 4:
                    script.Append($"echo l > '{parent}/o{i}'; ln '{parent}/o{i}' '{name}'\n");
                    break;
                case 5:
                    script.Append($"truncate -s {random.Next(1 << 20)} '{name}'; echo data | dd of='{name}' bs=1 seek={random.Next(1 << 19)} conv=notrunc status=none\n");
                    break;
                case 6:
                    script.Append($"head -c {random.Next(3 << 20)} /dev/urandom > '{name}'\n");
                    attributes.Add((name, "security.capability", Capability));
                    attributes.Add((name, "user.long", new byte[random.Next(5000)]));
                    break;
                default:
                    script.Append($"head -c {random.Next(3) * random.Next(9000)} /dev/urandom > '{name}'; chown {random.Next(70000)}:{random.Next(9)} '{name}'\n")
                        .Append($"chmod {random.Next(8)}6{random.Next(8)}4 '{name}'; touch -d '@{random.Next(2_000_000_000)}.{random.Next(999_999_999):d9}' '{name}'\n");
                    attributes.Add((name, "system.posix_acl_access", Acl));
                    break;
            }
        }

        Shell.Run(directory, script.ToString());
        foreach (var (path, name, value) in attributes)
        {
            Attributes.Set(Path.Combine(directory, path), name, value.Length > 3800 ? value[..3800] : value);
        }
    }

    /// <summary>Fails with the first lines that differ.</summary>
    public static void ShouldBeTheSameTree(string actual, string expected, string because)
    {
        var (left, right) = (List(actual).Split('\n'), List(expected).Split('\n'));
        left.Except(right).Take(5).Concat(right.Except(left).Take(5)).ShouldBeEmpty(because);
        left.Length.ShouldBe(right.Length, because);
    }

    /// <summary>All there is to see of a tree.</summary>
    public static string List(string directory)
    {
        const string listing = "find . -printf '%P %y %m %U %G %T@ %l %n ' '(' -type f -printf '%s\\n' -o -printf '\\n' ')' | LC_ALL=C sort; "
            + "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum; find . '(' -type c -o -type b ')' -print0 | LC_ALL=C sort -z | xargs -0 -r stat -c '%n %t:%T'";
        var text = new StringBuilder(Shell.Run(directory, listing));
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal))
        {
            text.Append(path.AsSpan(directory.Length)).Append('\n').Append(Attributes.List(path));
        }

        return text.ToString();
    }
}
