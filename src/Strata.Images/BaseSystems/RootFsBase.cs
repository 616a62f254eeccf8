using System.Text;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Images.BaseSystems;

/// <summary><c>rootfs:FILE</c>: imported once for each content; a file whose stamp is unchanged is not read again.</summary>
internal sealed class RootFsBase(ILayerStore store, BaseRecords records, TimeProvider time)
{
    public async ValueTask<(LayerLease Lease, ResolvedLayer Layer)> ResolveAsync(
        BaseImage.RootFs image, ImageOwner owner, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var layers = store.Of(owner.Org); // what a run imports from its own files is no public base
        var start = time.GetTimestamp();
        var stamp = FileStamp.Find(image.Path)
            ?? throw new UserErrorException(ImageDiagnostics.NoRootFs(image.Path, "there is no such file", image.At));
        var key = Digest.Of(Encoding.UTF8.GetBytes(owner.Org == ImageOwner.Local.Org ? $"strata.rootfs/1\0{image.Path}" : $"strata.rootfs/2\0{owner.Org}\0{image.Path}"));
        if (records.Find(key) is { } record && record.Stamp == stamp.ToString()
            && await StoredBase.FindAsync(layers, record.Layer, progress, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return Layer(found, LayerOutcome.Reused);
        }

        using var shown = new BuildProgress(Path.GetFileName(image.Path), "importing", progress, time);
        var imported = await ImportAsync(layers, image, cancellationToken).ConfigureAwait(false);
        if (FileStamp.Find(image.Path) != stamp)
        {
            imported.Dispose();
            throw new UserErrorException(ImageDiagnostics.RootFsChanged(image.Path, image.At));
        }

        // A file that was changed just now may change again within the same tick: the record keeps the layer, but the file is read again next time.
        var known = stamp.IsSettled(time) ? stamp.ToString() : $"unsettled {stamp}";
        records.Save(key, new(BaseRecord.CurrentFormat, imported.Digest.ToString(), known)
        {
            From = $"rootfs:{image.Path}",
            Org = owner.Org.Name,
            At = time.GetUtcNow(),
        });
        return Layer(imported, LayerOutcome.Built);

        (LayerLease, ResolvedLayer) Layer(LayerLease lease, LayerOutcome outcome) =>
            (lease, new(null, lease.Digest, outcome, time.GetElapsedTime(start), lease.SizeBytes));
    }

    private static async Task<LayerLease> ImportAsync(ILayerPlace layers, BaseImage.RootFs image, CancellationToken cancellationToken)
    {
        try
        {
            return await StoredBase.ImportAsync(layers, Open(image), cancellationToken).ConfigureAwait(false);
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused(image.Path, e, image.At));
        }
        catch (DllNotFoundException e)
        {
            throw new EnvironmentException(ArchiveDiagnostics.NoZstd(), e);
        }
    }

    private static FileStream Open(BaseImage.RootFs image)
    {
        try
        {
            return new(image.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 17, useAsync: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException(ImageDiagnostics.NoRootFs(image.Path, e.Message, image.At));
        }
    }
}
