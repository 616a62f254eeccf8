using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers.Store;
using Strata.Oci.References;

namespace Strata.Images.Kept;

/// <summary>Takes images away: names first, then the record, then the layers that nothing refers to any more.</summary>
public sealed class ImageRemoval(string dataDirectory, ILayerRoots roots, TimeProvider time)
{
    private readonly PulledImages _images = new(dataDirectory);
    private readonly BaseRecords _bases = new(dataDirectory);
    private readonly LocalLayerStore _store = new(dataDirectory, time);

    /// <summary>Forgets a name, and the image with its last name; then the layers nothing else refers to.</summary>
    /// <param name="name">A reference of it; null: all its names.</param>
    /// <exception cref="UserErrorException">A job uses it; nothing is removed.</exception>
    public async ValueTask<RemovedImage> RemoveAsync(KeptImage image, string? name, IProgress<string> progress, CancellationToken cancellationToken)
    {
        using var shown = new BuildProgress(image.Name, "removing", progress, time, quietAtFirst: true);
        var path = image.Manifest is { } manifest ? _images.LockPath(manifest) : _bases.LockPath(image.Key!.Value);
        using var held = await BuildLock.AcquireAsync(
            path, () => shown.Enter("another process works on it"), time, cancellationToken).ConfigureAwait(false); // an import names it under this lock
        var now = new KeptImages(dataDirectory, time).List().FirstOrDefault(other => (other.Manifest, other.Key, other.Org) == (image.Manifest, image.Key, image.Org));
        return now is null ? new(image.Name, [], true, 0, 0) : await RemoveHeldAsync(now, NamesOf(now, image, name), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The name that was given, else those the image had when it was looked for: one that came since then stays.</summary>
    private static IReadOnlyList<string> NamesOf(KeptImage now, KeptImage image, string? name)
    {
        var given = name is not null && Reference.TryParse(name, out var reference, out _) && image.References.Contains(reference.ToString(), StringComparer.Ordinal)
            ? [reference.ToString()]
            : image.References;
        return [.. given.Where(own => now.References.Contains(own, StringComparer.Ordinal))];
    }

    private async ValueTask<RemovedImage> RemoveHeldAsync(KeptImage image, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var isLast = image.References.Count == names.Count;
        if (isLast)
        {
            RefuseIfUsed(image, cancellationToken);
        }

        ForgetNames(image, names);
        if (!isLast)
        {
            return new(image.Name, names, false, 0, 0);
        }

        ForgetRecord(image);
        var places = Places(image).Distinct().ToList();
        var outcomes = await _store.RemoveAsync([.. places.Select(static place => place.Layer)], roots, cancellationToken).ConfigureAwait(false);
        var removed = places.Where((_, i) => outcomes[i] is LayerRemoval.Removed).ToList();
        return new(image.Name, names, true, removed.Count, removed.Sum(static place => place.SizeBytes));
    }

    /// <summary>Only what would go with it counts: layers that other images share stay.</summary>
    private void RefuseIfUsed(KeptImage image, CancellationToken cancellationToken)
    {
        var shared = new HashSet<Digest>(
            new KeptImages(dataDirectory, time).List().Where(other => other != image && (other.Manifest, other.Key, other.Org) != (image.Manifest, image.Key, image.Org))
                .SelectMany(other => other.Layers.Concat(other.Earlier)).Select(layer => layer.Digest));
        foreach (var (layer, _) in Places(image))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!shared.Contains(layer.Digest) && _store.IsLeased(layer))
            {
                throw new UserErrorException(ImageDiagnostics.InUse(image.Name, layer.Digest.Short));
            }
        }
    }

    private void ForgetNames(KeptImage image, IReadOnlyList<string> names)
    {
        foreach (var (key, tag) in _images.ListTags().ToList())
        {
            if (tag.Digest == image.Manifest?.ToString() && names.Contains(tag.Reference, StringComparer.Ordinal) && KeptImages.IsOrgs(image, LayerOrg.Of(tag.Organization)))
            {
                _images.RemoveName(key);
            }
        }

        foreach (var (key, import) in _images.ListImported().ToList())
        {
            if (import.Manifest == image.Manifest?.ToString() && names.Contains(import.Reference, StringComparer.Ordinal) && import.Org == image.Org)
            {
                _images.RemoveName(key);
            }
        }
    }

    private void ForgetRecord(KeptImage image)
    {
        if (image.Key is { } key)
        {
            _bases.Remove(key);
            foreach (var layer in image.Layers.Concat(image.Earlier))
            {
                _bases.RemoveInstalled(layer.Digest);
            }
        }
        else if (image.Manifest is { } manifest)
        {
            _images.Remove(KeptImages.OrgOf(image.Org), manifest);
        }
    }

    private IEnumerable<(LayerName Layer, long SizeBytes)> Places(KeptImage image)
    {
        foreach (var layer in image.Layers.Concat(image.Earlier))
        {
            foreach (var org in (IEnumerable<LayerOrg>)[LayerOrg.Public, KeptImages.OrgOf(image.Org)])
            {
                if (_store.Find(new(org, layer.Digest)) is { } stored)
                {
                    yield return (stored.Name, stored.SizeBytes);
                }
            }
        }
    }
}
