using System.CommandLine;
using Strata.Cli.Run;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Image;

/// <summary>The options of commands that may have to build an image: for whom, and with what.</summary>
internal sealed class BuildOptions
{
    private readonly Option<string[]> _secret = SelectionOptions.Many("--secret", "NAME[=VALUE]", "A secret; without a value it comes from the environment (may be repeated).");
    private readonly Option<string[]> _secretFile = SelectionOptions.Many("--secret-file", "F", "Lines NAME=VALUE, as --secret.");
    private readonly Option<string[]> _arg = SelectionOptions.Many("--arg", "K=V", "A value for an arg of the definitions (may be repeated).");
    private readonly Option<bool> _noSite = new("--no-site") { Description = "Do not give commands the host's CA bundle, proxy and package client settings." };

    public Option<string?> Ref { get; } = SelectionOptions.One("--ref", "REF", "Act for this ref (default: the branch checked out, else main).");

    public Option<string?> Trust { get; } = SelectionOptions.One("--trust", "TRUST", "protected, internal or fork (default: by the ref).");

    public Option<string?> Base { get; } = SelectionOptions.One("--base", "REF", "The ref a pull request goes to.");

    public Option<string?> DefaultBranch { get; } = SelectionOptions.One("--default-branch", "B", "Default branch (default: main).");

    public Option<bool> Explain { get; } = new("--explain") { Description = "Say of each layer why it was reused or built." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_arg, _secret, _secretFile, Explain, Ref, Trust, Base, DefaultBranch, _noSite])
        {
            command.Options.Add(option);
        }

        Trust.CompletionSources.Add("protected", "internal", "fork");
    }

    /// <exception cref="UserErrorException">An option is no assignment, or a secret is not in the environment.</exception>
    public BuildInputs Read(ParseResult parsed)
    {
        List<Diagnostic> problems = [];
        Dictionary<string, string> args = [];
        Assignments.Add(args, "--arg", parsed.GetValue(_arg) ?? [], problems);
        var secrets = RunRequestReader.ReadSecrets(parsed, _secret, _secretFile, problems);
        return problems.Count > 0 ? throw new UserErrorException(problems) : new(args, secrets, !parsed.GetValue(_noSite), parsed.GetValue(Explain));
    }
}

internal sealed record BuildInputs(IReadOnlyDictionary<string, string> Args, IReadOnlyDictionary<string, string> Secrets, bool Site, bool Explains);
