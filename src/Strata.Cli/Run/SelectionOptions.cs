using System.CommandLine;

namespace Strata.Cli.Run;

/// <summary>The options <c>run</c> and <c>plan</c> share (DESIGN §9).</summary>
internal sealed class SelectionOptions
{
    public Argument<string?> File { get; } = new("FILE|DIR")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Workflow file, or the directory that holds it (default: here, or above).",
    };

    public Option<string[]> Job { get; } = Many("--job", "ID", "Run this job and what it needs (may be repeated).");

    public Option<bool> NoNeeds { get; } = new("--no-needs") { Description = "With --job: leave out what it needs." };

    public Option<string[]> Matrix { get; } = Many("--matrix", "K=V", "Only matrix combinations with this value (may be repeated).");

    public Option<string?> Ref { get; } = One("--ref", "REF", "Act for this ref (default: the branch checked out, else main).");

    public Option<string?> Trust { get; } = One("--trust", "TRUST", "protected, internal or fork (default: by the ref).");

    public Option<string?> Org { get; } = One("--org", "ORG", "Organization (default: local).");

    public Option<string?> Repo { get; } = One("--repo", "NAME", "Repository (default: the directory's name).");

    public Option<string?> Base { get; } = One("--base", "REF", "The ref a pull request goes to.");

    public Option<string?> DefaultBranch { get; } = One("--default-branch", "B", "Default branch (default: main).");

    public Option<string[]> Env { get; } = Many("--env", "K=V", "Environment variable for every step (may be repeated).");

    public Option<string[]> EnvFile { get; } = Many("--env-file", "F", "Lines K=V, as --env.");

    public Option<string[]> Var { get; } = Many("--var", "K=V", "A value of the vars context (may be repeated).");

    public Option<string[]> Input { get; } = Many("--input", "K=V", "A value of the inputs context (may be repeated).");

    public Option<string[]> Secret { get; } = Many("--secret", "NAME[=VALUE]", "A secret; without a value it comes from the environment (may be repeated).");

    public Option<string[]> SecretFile { get; } = Many("--secret-file", "F", "Lines NAME=VALUE, as --secret.");

    public Option<string?> Event { get; } = One("--event", "NAME[=FILE]", "The event, and a file with its JSON payload (default: push).");

    public Option<int> MaxParallel { get; } = new("--max-parallel")
    {
        HelpName = "N",
        Description = "Jobs that may run at once (default: 1).",
        DefaultValueFactory = _ => 1,
    };

    public Option<string?> Data { get; } = One("--data", "DIR", "Where state is kept (default: $STRATA_DATA, /var/lib/strata, or the user's data directory).");

    public Option<string?> Config { get; } = One("--config", "FILE", "Configuration (default: config.yml in the data directory).");

    public Option<bool> NoSite { get; } = new("--no-site") { Description = "Do not give jobs the host's CA bundle, proxy and package client settings." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(File);
        foreach (var option in (Option[])[
            Job, NoNeeds, Matrix, Ref, Trust, Org, Repo, Base, DefaultBranch, MaxParallel, Env, EnvFile, Var, Input, Secret, SecretFile,
            Event, NoSite, Data, Config])
        {
            command.Options.Add(option);
        }

        Trust.CompletionSources.Add("protected", "internal", "fork");
    }

    internal static Option<string?> One(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };

    internal static Option<string[]> Many(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, AllowMultipleArgumentsPerToken = false, Arity = ArgumentArity.OneOrMore };
}
