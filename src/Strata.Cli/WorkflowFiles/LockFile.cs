using Strata.Core.Diagnostics;
using Strata.Workflows.Locking;

namespace Strata.Cli.WorkflowFiles;

/// <summary><c>strata.lock</c> beside a workflow.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="DisplayPath">As a user would name it.</param>
internal sealed record LockFile(string Path, string DisplayPath)
{
    public static LockFile Of(WorkflowFile workflow) => new(Beside(workflow.Path), Beside(workflow.DisplayPath));

    /// <summary>Begins to read on another core, if there is a file.</summary>
    /// <returns>Waits for the end of it.</returns>
    public Func<(ImageLock Lock, IReadOnlyList<Diagnostic> Problems)> Start()
    {
        if (!File.Exists(Path))
        {
            return static () => (ImageLock.Empty, []);
        }

        var reading = Task.Run(() =>
        {
            List<Diagnostic> problems = [];
            return (Read(problems), (IReadOnlyList<Diagnostic>)problems);
        });
        return () => reading.GetAwaiter().GetResult();
    }

    /// <summary>No file: nothing is pinned, and nothing is read.</summary>
    public ImageLock Read(List<Diagnostic> problems)
    {
        try
        {
            if (!File.Exists(Path))
            {
                return ImageLock.Empty;
            }

            using var file = File.OpenHandle(Path);
            var bytes = new byte[Math.Min(RandomAccess.GetLength(file), ImageLockReader.FileSizeMax + 1)];
            var count = 0;
            while (count < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(count), count) is var read and > 0)
            {
                count += read;
            }

            var (images, found) = ImageLockReader.Read(DisplayPath, bytes.AsSpan(0, count));
            problems.AddRange(found);
            return images ?? ImageLock.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(CliDiagnostics.Unreadable(DisplayPath, e.Message));
            return ImageLock.Empty;
        }
    }

    /// <summary>Whole or not at all, and durable: it is to be committed.</summary>
    public void Write(ImageLock images)
    {
        var temporary = $"{Path}.{Environment.ProcessId}.tmp";
        try
        {
            RemoveAbandoned();
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(ImageLockWriter.Write(images)));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new EnvironmentException(CliDiagnostics.Unwritable(DisplayPath, e.Message), e);
        }
    }

    /// <summary>What updates left that were killed: they would be part of the workspace.</summary>
    private void RemoveAbandoned()
    {
        foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!, $"{ImageLock.FileName}.*.tmp"))
        {
            if (int.TryParse(file.AsSpan(Path.Length + 1, file.Length - Path.Length - ".tmp".Length - 1), out var process) && !Directory.Exists($"/proc/{process}"))
            {
                File.Delete(file);
            }
        }
    }

    private static string Beside(string workflow) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(workflow) ?? "", ImageLock.FileName);
}
