using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Archives;

/// <summary>Where the links of a tree lead, through each other too; names that are not there might be made later, as directories.</summary>
internal sealed class HostLinks
{
    private const int LinksMax = 40; // as in the kernel: what has more leads nowhere

    private readonly Dictionary<byte[], byte[]> _targets = new(NameComparer.Instance);

    public void Add(byte[] link, byte[] target) => _targets.Add(link, target);

    /// <exception cref="LeavingLinkException">One leads out of the tree.</exception>
    public void Check()
    {
        foreach (var (link, target) in _targets)
        {
            if (Leaves(link))
            {
                throw new LeavingLinkException(PosixPath.Show(link), PosixPath.Show(target));
            }
        }
    }

    private bool Leaves(byte[] link)
    {
        var rest = new Stack<byte[]>();
        Push(rest, link);
        var at = new List<byte>(); // where it has come to, without links
        var links = 0;
        while (rest.TryPop(out var name))
        {
            if (name.AsSpan().SequenceEqual(".."u8))
            {
                if (at.Count == 0)
                {
                    return true;
                }

                var end = at.LastIndexOf((byte)'/');
                at.RemoveRange(Math.Max(end, 0), at.Count - Math.Max(end, 0));
                continue;
            }

            byte[] path = at.Count == 0 ? name : [.. at, (byte)'/', .. name];
            if (!_targets.TryGetValue(path, out var target))
            {
                at = [.. path];
                continue;
            }

            if (target.AsSpan().StartsWith("/"u8))
            {
                return true;
            }

            if (++links > LinksMax || path.Length > PosixPath.LengthMax)
            {
                return false;
            }

            Push(rest, target);
        }

        return false;
    }

    /// <summary>So that its first name is taken first.</summary>
    private static void Push(Stack<byte[]> rest, byte[] path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            var name = path.AsSpan(range);
            if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                names.Add(name.ToArray());
            }
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            rest.Push(names[i]);
        }
    }
}
