using System.Globalization;
using Strata.Core.Text;

namespace Strata.Execution.History;

/// <summary>
/// <code>
/// runs/number                 counts runs
/// runs/ID/lock                held while the run lives: pruning leaves it alone
/// runs/ID/report.json         when it ended
/// runs/ID/JOB/NN-STEP.log     masked
/// runs/ID/JOB/summary.md      step summaries, masked
/// </code>
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private const int NameLengthMax = 80; // characters of a directory or file
    private const int OpensAtOnce = 20; // after these a millisecond apart
    private const int OpensMax = 20_000;
    private readonly FileStream _lock;
    private readonly HashSet<string> _jobNames = new(StringComparer.OrdinalIgnoreCase);

    private RunDirectory(string id, long number, string path, FileStream held) => (Id, Number, Path, _lock) = (id, number, path, held);

    /// <summary>Unique in the data directory and sorted by start time.</summary>
    public string Id { get; }

    public long Number { get; }

    public string Path { get; }

    public static string RootOf(string dataDirectory) => System.IO.Path.Combine(dataDirectory, "runs");

    public static RunDirectory Create(string dataDirectory, DateTimeOffset now)
    {
        var root = RootOf(dataDirectory);
        Directory.CreateDirectory(root);
        var number = NextNumber(root);
        while (true)
        {
            var id = NewId(now);
            var path = System.IO.Path.Combine(root, id);
            Directory.CreateDirectory(path);
            try
            {
                var held = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.CreateNew, FileAccess.Write, FileShare.None);
                return new(id, number, path, held);
            }
            catch (IOException) when (File.Exists(System.IO.Path.Combine(path, "lock")))
            {
                // The id is taken: draw again.
            }
        }
    }

    /// <summary>Drawn without cryptography: that loads its library.</summary>
    private static string NewId(DateTimeOffset now) => $"{SortableTime.Of(now)}-{Guid.NewGuid().ToString("n")[..6]}";

    /// <summary>A directory for one job's logs; the name is made fit for a file system and unique.</summary>
    public string CreateJobDirectory(string jobName)
    {
        var name = FileName(jobName);
        lock (_jobNames)
        {
            for (var i = 2; !_jobNames.Add(name); i++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{FileName(jobName)}-{i}");
            }
        }

        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Letters, digits, '.', '_' and '-'; never empty, never beginning with a dot.</summary>
    public static string FileName(string text)
    {
        Span<char> name = stackalloc char[Math.Min(text.Length, NameLengthMax)];
        var length = 0;
        foreach (var c in text)
        {
            if (length == name.Length)
            {
                break;
            }

            var keep = char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && length > 0);
            if (keep || (length > 0 && name[length - 1] != '-'))
            {
                name[length++] = keep ? c : '-';
            }
        }

        var trimmed = name[..length].TrimEnd('-');
        return trimmed.Length == 0 ? "unnamed" : trimmed.ToString();
    }

    public void Dispose() => _lock.Dispose();

    private static long NextNumber(string root)
    {
        using var file = OpenAlone(System.IO.Path.Combine(root, "number"));
        Span<byte> text = stackalloc byte[32];
        var read = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        _ = long.TryParse(text[..read], CultureInfo.InvariantCulture, out var last);
        file.Position = 0;
        file.Write(System.Text.Encoding.ASCII.GetBytes((last + 1).ToString(CultureInfo.InvariantCulture)));
        file.SetLength(file.Position);
        return last + 1;
    }

    /// <summary>Several processes may start runs at once: the file is held while it is changed, which takes long where its holder has to wait for a processor.</summary>
    private static FileStream OpenAlone(string path)
    {
        var wait = default(SpinWait);
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (wait.Count < OpensMax)
            {
                wait.SpinOnce(OpensAtOnce);
            }
        }
    }
}
