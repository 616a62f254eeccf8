using Strata.Cli.Run;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;

namespace Strata.Cli.Tests;

/// <summary>What the command line says becomes types, or diagnostics: all at once.</summary>
public sealed class RunOptionTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-cli-");

    [Theory]
    [InlineData(null, null, "refs/heads/main", Trust.Protected)]
    [InlineData("feature", null, "refs/heads/feature", Trust.Internal)]
    [InlineData("refs/pull/7/merge", null, "refs/pull/7/merge", Trust.Fork)]
    [InlineData("feature", "protected", "refs/heads/feature", Trust.Protected)]
    [InlineData("refs/tags/v1", null, "refs/tags/v1", Trust.Internal)]
    public void A_ref_decides_the_trust_unless_it_is_given(string? reference, string? trust, string fullRef, Trust expected)
    {
        List<Diagnostic> problems = [];
        var identity = IdentityChoice.Choose(null, null, reference, trust, null, null, null, null, "/home/me/my project", problems);

        problems.ShouldBeEmpty();
        (identity.Ref, identity.Trust, identity.FullRepository).ShouldBe((fullRef, expected, "local/my-project"));
    }

    [Theory]
    [InlineData("a/b", null)]
    [InlineData("..", null)]
    [InlineData(null, "bad..ref")]
    [InlineData(null, "a b")]
    [InlineData(null, "a~b")]
    [InlineData(null, "a^b")]
    [InlineData(null, "a:b")]
    [InlineData(null, "a?b")]
    [InlineData(null, "a*b")]
    [InlineData(null, "a[b")]
    [InlineData(null, "a\\b")]
    [InlineData(null, "a\u007fb")]
    [InlineData(null, "a\tb")]
    [InlineData(null, "x.lock")]
    public void Hostile_names_are_refused(string? repo, string? reference)
    {
        List<Diagnostic> problems = [];
        IdentityChoice.Choose(null, repo, reference, null, null, null, null, null, "/w", problems);
        problems.ShouldHaveSingleItem().Code.ShouldBe("STR1905");
    }

    [Fact]
    public void A_file_of_assignments_names_every_bad_line()
    {
        var file = Path.Combine(_root.FullName, "secrets.env");
        File.WriteAllText(file, "# comment\nA=1\nnonsense\nB = \"two words\"\n=x\n");
        Dictionary<string, string> target = [];
        List<Diagnostic> problems = [];

        Assignments.AddFile(target, file, problems);

        target.ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "two words" });
        problems.Select(p => p.At!.Value.Line).ShouldBe([3, 5]);
    }

    [Theory]
    [InlineData("strata.yml", null, "")]
    [InlineData(".github/workflows/ci.yml", null, "")]
    [InlineData(".strata/workflows/ci.yaml", ".strata/workflows/ci.yaml", "")]
    [InlineData("ci/build.yml", "ci/build.yml", "ci")]
    public void The_workflow_decides_the_workspace(string file, string? argument, string workspace)
    {
        var path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "jobs: {}");

        var found = WorkflowFile.Locate(argument, _root.FullName);

        (found.Path, found.Workspace).ShouldBe((path, Path.Combine(_root.FullName, workspace).TrimEnd('/')));
    }

    [Fact]
    public void Two_workflows_are_not_guessed_between()
    {
        var directory = _root.CreateSubdirectory(".github/workflows").FullName;
        File.WriteAllText(Path.Combine(directory, "a.yml"), "");
        File.WriteAllText(Path.Combine(directory, "b.yml"), "");

        Should.Throw<UserErrorException>(() => WorkflowFile.Locate(null, _root.FullName)).Diagnostics[0].Code.ShouldBe("STR1902");
    }

    [Fact]
    public void A_payload_must_be_an_object()
    {
        var file = Path.Combine(_root.FullName, "event.json");
        File.WriteAllText(file, "[1]");
        List<Diagnostic> problems = [];

        EventChoice.Choose($"pull_request={file}", problems).Name.ShouldBe("pull_request");
        problems.ShouldHaveSingleItem().Code.ShouldBe("STR1909");
    }

    [Theory]
    [InlineData("pull_request", null)]
    [InlineData("psh", "Did you mean 'push'?")]
    [InlineData("", "With --help the command says what it takes.")]
    public void An_event_is_one_that_GitHub_has(string name, string? help)
    {
        List<Diagnostic> problems = [];
        EventChoice.Choose(name, problems);
        problems.Select(problem => (problem.Code, problem.Help)).ShouldBe(help is null ? [] : [("STR1905", help)]);
    }

    [Theory]
    [InlineData("TOKEN", true)]
    [InlineData("_t1", true)]
    [InlineData("1x", false)]
    [InlineData("a-b", false)]
    [InlineData("GITHUB_X", false)]
    [InlineData("github_x", false)]
    [InlineData("\u00e9", false)]
    public void Names_of_secrets_and_variables_follow_GitHubs_rule(string name, bool isName)
    {
        List<Diagnostic> problems = [];
        SettingNames.Check("--var", [name], problems);
        problems.Select(problem => problem.Code).ShouldBe(isName ? [] : ["STR1924"]);
    }

    [Fact]
    public void The_token_that_GitHub_sets_itself_may_be_given_as_a_secret()
    {
        var options = new SelectionOptions();
        var command = new System.CommandLine.Command("run");
        options.AddTo(command);
        var file = Path.Combine(_root.FullName, "secrets.env");
        File.WriteAllText(file, "GITHUB_TOKEN=a\n1x=b\n");
        List<Diagnostic> problems = [];

        RunRequestReader.ReadSecrets(command.Parse(["--secret-file", file, "--secret", "GITHUB_B=c"]), options.Secret, options.SecretFile, problems);

        problems.Select(problem => problem.Message).ShouldBe(["'1x' is no name for --secret.", "'GITHUB_B' is no name for --secret."]);
    }

    [Fact]
    public void What_has_no_end_is_read_no_further_than_its_limit()
    {
        WorkflowFile.Locate("/dev/zero", _root.FullName).Read().Length.ShouldBe(Workflows.Parsing.WorkflowParser.FileSizeMax + 1);
        List<Diagnostic> problems = [];
        Assignments.AddFile([], "/dev/zero", problems);
        EventChoice.Choose("push=/dev/zero", problems);
        problems.Select(problem => problem.Code).ShouldBe(["STR1904", "STR1909"]);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
