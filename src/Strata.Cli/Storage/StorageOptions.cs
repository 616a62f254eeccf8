using System.CommandLine;
using Strata.Cli.CommandLine;
using Strata.Cli.Configuration;
using Strata.Cli.Run;
using Strata.Core.Diagnostics;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Cli.Storage;

/// <summary>The options all storage commands share, and what they work with.</summary>
internal sealed class StorageOptions
{
    public Option<string?> Storage { get; } = SelectionOptions.One("--storage", "URL", "s3://bucket[/prefix] or file:///dir (default: storage in the configuration).");

    public Option<string?> Data { get; } = PlaceOptions.NewData();

    public Option<string?> Config { get; } = PlaceOptions.NewConfig();

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON document on stdout." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Storage, Data, Config, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UserErrorException">None is configured, or wrongly.</exception>
    /// <exception cref="EnvironmentException">The store failed.</exception>
    public async Task<int> RunAsync(ParseResult parsed, Func<HostStorage, string, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        List<Diagnostic> problems = [];
        var data = DataDirectory.Resolve(parsed.GetValue(Data));
        var configuration = ConfigurationFile.Read(parsed.GetValue(Config), data, problems);
        if (problems.Count > 0)
        {
            throw new UserErrorException(problems);
        }

        var location = parsed.GetValue(Storage) is { } url ? StorageLocation.Parse(url) : configuration.Storage ?? throw new UserErrorException(TransferDiagnostics.NoStorage());
        var storage = HostStorage.Open(data, location, configuration.LayersBytesMax);
        await using (storage.ConfigureAwait(false))
        {
            try
            {
                return await work(storage, data, cancellationToken).ConfigureAwait(false);
            }
            catch (BlobStoreException e)
            {
                throw new EnvironmentException(TransferDiagnostics.StoreFailed(e), e);
            }
        }
    }
}
