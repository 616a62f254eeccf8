using System.Globalization;
using System.Runtime.CompilerServices;
using Strata.Cli.Interrupts;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Core.Text;
using Strata.Execution.Images;
using Strata.Execution.Masking;
using Strata.Execution.Planning;
using Strata.Images;
using Strata.Images.Building;
using Strata.Images.Recipes;
using Strata.Layers.Store;

namespace Strata.Cli.Image;

/// <summary>What a command needs to build images here. Disposing ends sandboxes and lets go of layers.</summary>
internal sealed class BuildSession : IAsyncDisposable
{
    private readonly ImagePlace _place;
    private readonly LocalPlatform _platform;
    private readonly ImageBuilder _builder;
    private readonly BuildContext _context;
    private readonly Lazy<Task<LayerLease>> _workspace;

    /// <param name="images">What may be built: args given on the command line must be of one of these.</param>
    /// <param name="last">Gets to end the sandboxes.</param>
    /// <param name="observer">Null: lines go to <paramref name="progress"/>.</param>
    public BuildSession(
        ImagePlace place, BuildInputs inputs, IReadOnlyList<NamedImage> images, bool verifies, IProgress<string> progress, LastWork last, IBuildObserver? observer = null)
    {
        CheckArgs(inputs, images);
        foreach (var doubt in images.Select(image => ImageWork.Doubt(image, place.Request?.Workflow.Images.Select(static definition => definition.Name!) ?? [])).OfType<string>())
        {
            progress.Report(doubt);
        }

        _place = place;
        _platform = new(place.Data, place.Configuration);
        last.Set(_platform.EndSandboxesAsync);
        observer ??= new ImageNarrator(progress, inputs.Explains);
        _workspace = new(() => Task.Run(() => OpenWorkspaceAsync(observer)));
        if (images.Any(image => image.Recipe.CopiesFromWorkspace()))
        {
            _ = _workspace.Value; // its files are listed while the builder is made and the base looked for; what goes wrong is told to the copy that needs it
        }

        _builder = _platform.OpenBuilder();
        var masker = new SecretMasker();
        masker.Add([.. inputs.Secrets.Values]);
        _context = new()
        {
            Identity = place.Identity,
            Producer = new(string.Create(CultureInfo.InvariantCulture, $"image-build-{SortableTime.Of(TimeProvider.System.GetUtcNow())}-{Environment.ProcessId}"), "image build", Attempt: 1),
            Secrets = inputs.Secrets,
            Args = inputs.Args,
            Site = inputs.Site,
            OpenHost = cancellationToken => new(_platform.OpenHostAsync(cancellationToken)),
            OpenWorkspace = cancellationToken => new(_workspace.Value.WaitAsync(cancellationToken)),
            Workspace = WorkspaceDirectory,
            Observer = observer,
            Mask = masker.MaskText,
            Verify = verifies,
        };
        if (images.Any(image => image.Recipe.Steps.Count > 0))
        {
            _builder.Preload(place.Identity);
        }
    }

    public ImageResolver Bases => _platform.Bases;

    private string WorkspaceDirectory => _place.Request?.WorkspaceDirectory ?? Environment.CurrentDirectory;

    /// <summary>Layers are held until this is disposed, or the image.</summary>
    public ValueTask<HeldImage> OpenAsync(ImageRecipe recipe, CancellationToken cancellationToken) => _builder.OpenAsync(recipe, _context, cancellationToken);

    /// <summary>The one image that a command is about.</summary>
    /// <exception cref="ImageFailedException">It is built from steps, and cannot be.</exception>
    public async ValueTask<HeldImage> GetAsync(ImageRecipe recipe, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(recipe, cancellationToken).ConfigureAwait(false);
        }
        catch (UserErrorException e) when (recipe.Steps.Count > 0 || recipe.From is RecipeBase.Recipe)
        {
            throw new ImageFailedException(e.Diagnostics);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _builder.DisposeAsync().ConfigureAwait(false);
        if (_workspace.IsValueCreated)
        {
            await ((Task)_workspace.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the copy that needed it was told
            if (_workspace.Value.IsCompletedSuccessfully)
            {
                (await _workspace.Value.ConfigureAwait(false)).Dispose();
            }
        }

        await _platform.DisposeAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<LayerLease> OpenWorkspaceAsync(IBuildObserver observer)
    {
        var read = await _platform.ReadWorkspaceAsync(WorkspaceDirectory, _place.Identity.Organization, CancellationToken.None).ConfigureAwait(false);
        foreach (var diagnostic in read.Diagnostics)
        {
            observer.Report(diagnostic.ToString());
        }

        return read.Lease;
    }

    private static void CheckArgs(BuildInputs inputs, IReadOnlyList<NamedImage> images)
    {
        if (inputs.Args.Count == 0)
        {
            return;
        }

        var known = images.SelectMany(image => image.Recipe.ArgNames()).ToHashSet(StringComparer.Ordinal);
        var unknown = inputs.Args.Keys.Where(name => !known.Contains(name)).ToList();
        if (unknown.Count > 0)
        {
            throw new UserErrorException([.. unknown.Select(name => CliDiagnostics.UnknownArg(name, known))]);
        }
    }
}
