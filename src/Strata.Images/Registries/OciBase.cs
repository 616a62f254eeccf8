using System.Collections.Concurrent;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Oci;
using Strata.Oci.Documents;
using Strata.Oci.References;

namespace Strata.Images.Registries;

/// <summary>
/// An OCI reference. What it is pinned to, or was imported as, contacts nobody when it is present; a tag costs one HEAD, and is then its digest for as long as
/// this object lives: all jobs of a run get the same image.
/// </summary>
internal sealed class OciBase(ImageIntake intake, PulledImages images, RegistryClients registries, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(ImageOwner, Reference), TagAnswer> _tags = new();

    /// <summary>For what answers slowly a last known digest is good enough.</summary>
    private static readonly TimeSpan QuickAnswer = TimeSpan.FromSeconds(3);

    public async ValueTask<ResolvedBase> ResolveAsync(BaseImage.Oci image, ImageOwner owner, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var reference = Pinned(image);
        if (reference.Digest is null && images.FindImported(owner.Org, reference.ToString()) is { } imported)
        {
            progress.Report($"{reference.ToShortString()}: as imported on this host");
            return Digest.TryParse(imported.Manifest, null, out var digest)
                ? await intake.FindAsync(digest, owner.Org, progress, cancellationToken).ConfigureAwait(false) ?? throw Gone()
                : throw Gone();
        }

        var manifest = reference.Digest ?? await ResolveTagOnceAsync(reference, owner, image.At, progress, cancellationToken).ConfigureAwait(false);
        if (await intake.FindAsync(manifest, owner.Org, progress, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found;
        }

        using var shown = new BuildProgress(reference.ToShortString(), "pulling", progress, time);
        using var held = await BuildLock.AcquireAsync(
            images.LockPath(manifest), () => shown.Enter("another process pulls it"), time, cancellationToken).ConfigureAwait(false);
        return await intake.FindAsync(manifest, owner.Org, progress, cancellationToken).ConfigureAwait(false)
            ?? await PullAsync(reference.With(manifest), image, owner, shown, cancellationToken).ConfigureAwait(false);

        UserErrorException Gone() => new(ImageDiagnostics.ImportGone(reference.ToShortString(), image.At));
    }

    /// <summary>What a tag names now, whatever is known or imported here.</summary>
    /// <exception cref="UserErrorException">The registry has no such image.</exception>
    /// <exception cref="OciException">It does not answer.</exception>
    public async ValueTask<Digest> AskAsync(Reference reference, ImageOwner owner, SourceSpan? at, CancellationToken cancellationToken) =>
        Remember(reference, owner, at, await registries.Patient.FindManifestAsync(reference, cancellationToken).ConfigureAwait(false));

    public bool IsImported(Reference reference, ImageOwner owner) => images.FindImported(owner.Org, reference.ToString()) is not null;

    private static Reference Pinned(BaseImage.Oci image)
    {
        var reference = Reference.Parse(image.Reference, image.At);
        return image.Pin is { } pin && reference.Digest is null ? reference.With(pin) : reference;
    }

    public void Dispose()
    {
        foreach (var answer in _tags.Values)
        {
            answer.Dispose();
        }
    }

    /// <summary>A job that is cancelled while it asks does not take the answer from others: the next one asks.</summary>
    private async ValueTask<Digest> ResolveTagOnceAsync(
        Reference reference, ImageOwner owner, SourceSpan? at, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var answer = _tags.GetOrAdd((owner, reference), _ => new());
        await answer.One.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return answer.Digest ??= await ResolveTagAsync(reference, owner, at, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            answer.One.Release();
        }
    }

    private async ValueTask<Digest> ResolveTagAsync(
        Reference reference, ImageOwner owner, SourceSpan? at, IProgress<string> progress, CancellationToken cancellationToken)
    {
        if (images.FindLastKnown(owner, reference.ToString()) is not { } known)
        {
            using var shown = new BuildProgress(reference.ToShortString(), "asking its registry", progress, time, quietAtFirst: true);
            return await AskAsync(reference, owner, at, cancellationToken).ConfigureAwait(false);
        }

        using var asking = new BuildProgress(reference.ToShortString(), "asking its registry", progress, time, quietAtFirst: true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, QuickAnswer, Timeout.InfiniteTimeSpan);
        string why;
        try
        {
            return Remember(reference, owner, at, await registries.Quick.FindManifestAsync(reference, limit.Token).ConfigureAwait(false));
        }
        catch (OciException e) when (e.Failure is OciFailure.Unavailable or OciFailure.RateLimited)
        {
            why = e.Diagnostic.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            why = $"{reference.ToShortString()}: the registry did not answer within {QuickAnswer.TotalSeconds} seconds.";
        }

        progress.Report($"warning: {why} Using what {reference.ToShortString()} was when last asked: {known.Short}.");
        return known;
    }

    private Digest Remember(Reference reference, ImageOwner owner, SourceSpan? at, Descriptor? named)
    {
        if (named is null)
        {
            throw new UserErrorException(ImageDiagnostics.NoSuchImage(reference.ToShortString(), at));
        }

        images.SaveLastKnown(owner, reference.ToString(), named.Digest, time.GetUtcNow());
        return named.Digest;
    }

    private async Task<ResolvedBase> PullAsync(
        Reference reference, BaseImage.Oci image, ImageOwner owner, BuildProgress progress, CancellationToken cancellationToken)
    {
        var registry = registries.Patient;
        ImageDescription description;
        try
        {
            description = await registry.GetImageAsync(reference, Platform.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (OciException e) when (e.Failure is OciFailure.NotFound && image.Pin is { } pin)
        {
            throw new UserErrorException(ImageDiagnostics.PinGone(image.Reference, pin, image.At));
        }

        var incoming = new IncomingImage(
            reference.ToShortString(), reference.Digest!.Value, description, (blob, stop) => registry.OpenBlobAsync(reference, blob, stop),
            () => registries.UsedCredentials(reference));
        return await intake.TakeAsync(incoming, owner.Org, image.At, progress, cancellationToken).ConfigureAwait(false);
    }

    private sealed class TagAnswer : IDisposable
    {
        /// <summary>One asks at a time; guards <see cref="Digest"/>.</summary>
        public SemaphoreSlim One { get; } = new(1);

        public Digest? Digest { get; set; }

        public void Dispose() => One.Dispose();
    }
}
