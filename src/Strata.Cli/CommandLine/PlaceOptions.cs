using System.CommandLine;
using Strata.Cli.Run;

namespace Strata.Cli.CommandLine;

/// <summary>The options of commands that look at what is kept here.</summary>
/// <param name="org">What <c>--org</c> means to them.</param>
/// <param name="repo">What <c>--repo</c> means to them.</param>
internal abstract class PlaceOptions(string org, string repo)
{
    public Option<string?> Org { get; } = SelectionOptions.One("--org", "ORG", org);

    public Option<string?> Repo { get; } = SelectionOptions.One("--repo", "NAME", repo);

    public Option<string?> Data { get; } = NewData();

    public Option<string?> Config { get; } = NewConfig();

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON document on stdout." };

    public virtual void AddTo(Command command)
    {
        foreach (var option in (Option[])[Org, Repo, Data, Config, Json])
        {
            command.Options.Add(option);
        }
    }

    public static Option<string?> NewData() =>
        SelectionOptions.One("--data", "DIR", "Where state is kept (default: $STRATA_DATA, /var/lib/strata, or the user's data directory).");

    public static Option<string?> NewConfig() => SelectionOptions.One("--config", "FILE", "Configuration (default: config.yml in the data directory).");
}
