using System.CommandLine;
using Strata.Artifacts;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Records;
using Strata.Cli.Configuration;
using Strata.Cli.Run;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Layers.Sources;
using Strata.Layers.Store;
using Strata.Metadata;
using Entry = Strata.Artifacts.Records.Artifact;

namespace Strata.Cli.Artifact;

/// <summary>Where an artifact command works, and on whose behalf. The workflow here, if there is one, only says in which directory it is.</summary>
internal sealed class ArtifactPlace : IDisposable
{
    private readonly Database? _database;
    private readonly string? _run;

    private ArtifactPlace(string data, ConfigurationFile configuration, RunIdentity identity, string? run, bool trustFork)
    {
        (Data, Configuration, Identity, TrustFork, _run) = (data, configuration, identity, trustFork && run is not null, run);
        if (Database.Exists(data)) // who only looks makes none
        {
            _database = new(data, TimeProvider.System);
            Artifacts = new(_database, TimeProvider.System, configuration.Artifacts ?? ArtifactLimits.Default);
        }
    }

    public string Data { get; }

    public ConfigurationFile Configuration { get; }

    public RunIdentity Identity { get; }

    public bool TrustFork { get; }

    /// <summary>Null: nothing was ever recorded.</summary>
    public ArtifactRecords? Artifacts { get; }

    /// <exception cref="UserErrorException">The configuration or an option is wrong.</exception>
    public static ArtifactPlace Open(ParseResult parsed, ArtifactOptions options)
    {
        List<Diagnostic> problems = [];
        var data = DataDirectory.Resolve(parsed.GetValue(options.Data));
        var configuration = ConfigurationFile.Read(parsed.GetValue(options.Config), data, problems);
        var workspace = Workspace();
        var git = GitState.Read(workspace);
        var identity = IdentityChoice.Choose(
            parsed.GetValue(options.Org), parsed.GetValue(options.Repo), parsed.GetValue(options.Ref), parsed.GetValue(options.Trust),
            parsed.GetValue(options.Base), parsed.GetValue(options.DefaultBranch), git?.HeadRef, git?.HeadCommit, workspace, problems);
        var errors = problems.Where(problem => problem.Severity == Severity.Error).ToList();
        return errors.Count > 0
            ? throw new UserErrorException(errors)
            : new(data, configuration, identity, parsed.GetValue(options.Run), parsed.GetValue(options.TrustFork));
    }

    /// <summary>The one named, else the newest that published artifacts. Null: there is none.</summary>
    /// <param name="name">Only runs that have it.</param>
    public async ValueTask<string?> FindRunAsync(string? name, CancellationToken cancellationToken) =>
        _run ?? (Artifacts is null ? null : await Artifacts.FindLatestRunAsync(Identity, name, cancellationToken).ConfigureAwait(false));

    /// <summary>In whatever state.</summary>
    /// <exception cref="UserErrorException">There is no such run or artifact.</exception>
    public async ValueTask<Entry> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (Artifacts is null || await FindRunAsync(null, cancellationToken).ConfigureAwait(false) is not { } run)
        {
            throw new UserErrorException(ArtifactDiagnostics.NoRun(Identity.FullRepository, await OtherTrustAsync(cancellationToken).ConfigureAwait(false)));
        }

        if (await Artifacts.FindAsync(run, name, Identity, TrustFork, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found;
        }

        var others = await Artifacts.ListAsync(new(Identity) { RunId = run, TrustFork = TrustFork }, cancellationToken).ConfigureAwait(false);
        var elsewhere = await Artifacts.FindLatestRunAsync(Identity, name, cancellationToken).ConfigureAwait(false);
        throw new UserErrorException(ArtifactDiagnostics.NoSuchArtifact(name, run, others.Select(other => other.Name), elsewhere));
    }

    /// <summary>The content of a ready one; the caller disposes it.</summary>
    /// <param name="store">Where layers are.</param>
    /// <exception cref="UserErrorException">It is not ready.</exception>
    /// <exception cref="EnvironmentException">The store no longer has it.</exception>
    public static async ValueTask<ArtifactContent> OpenAsync(Entry artifact, ILayerStore store, CancellationToken cancellationToken)
    {
        if (artifact is not { State: ArtifactState.Ready, Content: { } tree })
        {
            throw new UserErrorException(ArtifactDiagnostics.NotReady(artifact));
        }

        var opening = await ArtifactContent.OpenAsync(store.Of(LayerOrg.Of(artifact.Scope.Organization)), tree, cancellationToken).ConfigureAwait(false);
        return opening.Content ?? throw new EnvironmentException(ArtifactDiagnostics.ContentGone(artifact, opening.Missing!.Value, opening.Miss, opening.Reason));
    }

    public void Dispose() => _database?.Dispose();

    /// <summary>A run of changed files may have been trusted less than the branch it was on.</summary>
    private async ValueTask<string?> OtherTrustAsync(CancellationToken cancellationToken) =>
        Identity.Trust is Trust.Protected && Artifacts is not null
        && await Artifacts.FindLatestRunAsync(Identity with { Trust = Trust.Internal }, null, cancellationToken).ConfigureAwait(false) is not null ? "internal" : null;

    private static string Workspace()
    {
        try
        {
            return WorkflowFile.Locate(null, Environment.CurrentDirectory).Workspace;
        }
        catch (UserErrorException)
        {
            return Environment.CurrentDirectory;
        }
    }
}
