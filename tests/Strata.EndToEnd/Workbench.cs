using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>A user's directory with a workflow, and a data directory, both thrown away. The base system is busybox: made in a moment.</summary>
internal sealed class Workbench : IDisposable
{
    private const string ImageBlock = """
        images:
          tiny: { from: "rootfs:tiny.tar" }

        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-e2e-");

    public Workbench()
    {
        Directory.CreateDirectory(Workspace);
        File.Copy(TinyBase.Value, System.IO.Path.Combine(Workspace, "tiny.tar"));
        File.WriteAllText(System.IO.Path.Combine(Workspace, ".gitignore"), "tiny.tar\nreport*.json\n");
    }

    public string Workspace => System.IO.Path.Combine(_root.FullName, "project");

    public string Data => System.IO.Path.Combine(_root.FullName, "data");

    private static Lazy<string> TinyBase { get; } = new(MakeTinyBase);

    public void Write(string relativePath, string text)
    {
        var path = System.IO.Path.Combine(Workspace, relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Writes strata.yml: <paramref name="yaml"/> with the image <c>tiny</c> declared before it.</summary>
    public void Workflow(string yaml) => Write("strata.yml", ImageBlock + yaml);

    public Task<Outcome> StrataAsync(params string[] arguments) => StrataProgram.RunAsync(Workspace, arguments);

    public Task<Outcome> RunAsync(params string[] arguments) =>
        StrataAsync(["run", "--data", Data, "--report", "report.json", .. arguments]);

    /// <summary>Runs, expects that exit code, and gives the report.</summary>
    public async Task<JsonObject> ReportAsync(int exitCode, params string[] arguments)
    {
        var outcome = await RunAsync(arguments);
        outcome.ExitCode.ShouldBe(exitCode, outcome.All);
        return Report();
    }

    public JsonObject Report(string name = "report.json") => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Workspace, name)))!.AsObject();

    public void Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=T", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main", .. arguments])
        {
            WorkingDirectory = Workspace,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        git.ExitCode.ShouldBe(0, string.Join(' ', arguments));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static string MakeTinyBase()
    {
        var tree = Directory.CreateTempSubdirectory("strata-tiny-");
        var bin = tree.CreateSubdirectory("bin").FullName;
        foreach (var directory in (string[])["etc", "root", "tmp", "proc", "sys", "dev", "usr/bin", "var/tmp"])
        {
            tree.CreateSubdirectory(directory);
        }

        File.Copy("/bin/busybox", System.IO.Path.Combine(bin, "busybox"));
        File.WriteAllText(System.IO.Path.Combine(tree.FullName, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        foreach (var applet in Lines("/bin/busybox", "--list"))
        {
            if (applet != "busybox")
            {
                File.CreateSymbolicLink(System.IO.Path.Combine(bin, applet), "busybox");
            }
        }

        var tar = tree.FullName + ".tar";
        Lines("tar", "--owner=0", "--group=0", "--numeric-owner", "-C", tree.FullName, "-cf", tar, ".");
        tree.Delete(recursive: true);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(tar);
        return tar;
    }

    private static string[] Lines(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
