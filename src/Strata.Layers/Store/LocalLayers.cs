using Strata.Core;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>The layers of one organization on this host's disk, laid out as <see cref="LayerPaths"/> says.</summary>
/// <param name="dataDirectory">What is extracted of layers is there.</param>
internal sealed class LocalLayers(string directory, LayerOrg org, string dataDirectory, TimeProvider time) : ILayerPlace
{
    /// <summary>Where storage is configured, that is asked, and says its own.</summary>
    private const string NotHere = "it is not on this host, and no storage is given that may have it (--storage)";

    private const string PutAsideBefore = "it was damaged, and put aside";

    public LayerWrite Start()
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        StagingDirectory.Sweep(directory);
        return new(this, StagingDirectory.Create(directory), time);
    }

    public StoredLayer? Find(Digest digest) => LayerPaths.Read(org, directory, digest);

    public async ValueTask<LayerOpening> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        var paths = PathsOf(digest);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var identity = FileIdentity(paths.Directory);
            var file = LayerFile.Open(paths.Image);
            if (file is null)
            {
                if (identity is null || FileIdentity(paths.Directory) != identity)
                {
                    if (FileIdentity(paths.Directory) is null)
                    {
                        return paths.HasDamaged() ? new(null, LayerMiss.Absent) { Reason = PutAsideBefore, WasDamaged = true } : new(null, LayerMiss.Absent) { Reason = NotHere };
                    }

                    continue; // it has just appeared
                }

                PutAside(digest, paths, identity.Value, null);
                return new(null, LayerMiss.Damaged);
            }

            var keep = false;
            try
            {
                await file.LockSharedAsync(cancellationToken).ConfigureAwait(false);
                if (!file.IsAt(paths.Image))
                {
                    continue;
                }

                if (await VerifyAsync(digest, file, paths, cancellationToken).ConfigureAwait(false) is var miss and not LayerMiss.None)
                {
                    return new(null, miss);
                }

                LayerStamp.Touch(paths.Stamp, time);
                keep = true;
                return new(new(digest, file, paths, time), LayerMiss.None);
            }
            finally
            {
                if (!keep)
                {
                    file.Dispose();
                }
            }
        }
    }

    internal bool IsLeased(Digest digest)
    {
        using var file = LayerFile.Open(PathsOf(digest).Image);
        return file is not null && !file.TryLock(Libc.LockExclusive);
    }

    public ValueTask<LayerRemoval> RemoveAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var held = HoldUnleased(digest, out var refusal);
        return new(held is null ? refusal : RemoveHeld(digest));
    }

    public Digest? FindDerived(Digest key) => DerivedLayers.Find(directory, key);

    public void RecordDerived(Digest key, Digest layer) => DerivedLayers.Record(directory, key, layer);

    public TreeSummary? FindSummary(Digest key) => RememberedSummaries.Find(directory, key);

    public void RecordSummary(Digest key, TreeSummary summary) => RememberedSummaries.Record(directory, key, summary);

    /// <summary>Of layers that are gone.</summary>
    internal void RemoveForgotten()
    {
        DerivedLayers.RemoveForgotten(directory, layer => Find(layer) is not null, time.GetUtcNow());
        RememberedSummaries.RemoveOld(directory, time.GetUtcNow());
    }

    /// <summary>Nobody can lease it until the result is disposed. Null: it is leased, or absent.</summary>
    internal LayerFile? HoldUnleased(Digest digest, out LayerRemoval refusal)
    {
        var paths = PathsOf(digest);
        var file = LayerFile.Open(paths.Image);
        refusal = file is null ? LayerRemoval.Absent
            : !file.TryLock(Libc.LockExclusive) ? LayerRemoval.InUse
            : !file.IsAt(paths.Image) ? LayerRemoval.Absent
            : LayerRemoval.Removed;
        if (refusal is LayerRemoval.Removed)
        {
            return file;
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Takes away what is held.</summary>
    internal LayerRemoval RemoveHeld(Digest digest)
    {
        ExtractedLayers.Remove(dataDirectory, org, digest);
        using var removed = StagingDirectory.TakeAside(PathsOf(digest).Directory);
        return removed is null ? LayerRemoval.InUse : LayerRemoval.Removed; // its writer has not let go of the directory yet
    }

    /// <summary>Reads all of a layer, without counting as a use. A damaged one is put aside; a damaged or lost index is made anew.</summary>
    /// <returns>With whether its index was made.</returns>
    internal async ValueTask<(LayerMiss Miss, bool IndexMade)> ScrubAsync(Digest digest, CancellationToken cancellationToken)
    {
        var paths = PathsOf(digest);
        using var file = LayerFile.Open(paths.Image);
        if (file is null)
        {
            return (LayerMiss.Absent, false);
        }

        await file.LockSharedAsync(cancellationToken).ConfigureAwait(false);
        if (!file.IsAt(paths.Image))
        {
            return (LayerMiss.Absent, false);
        }

        var miss = await ReadAndCompareAsync(digest, file, paths, cancellationToken).ConfigureAwait(false);
        if (miss is not LayerMiss.None)
        {
            return (miss, false);
        }

        try
        {
            var finding = await CheckIndexAsync(digest, file, paths, cancellationToken).ConfigureAwait(false);
            return (finding is IndexFinding.Lost ? LayerMiss.Damaged : LayerMiss.None, finding is IndexFinding.Made);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (LayerMiss.None, false); // the image is sound; another time its index may be mended
        }
    }

    /// <summary>A layer that is there without an index gets that of one who wrote the same layer.</summary>
    /// <param name="written">Need not be there.</param>
    internal void AdoptIndex(LayerLease layer, string written)
    {
        if (layer.IndexPath is not null || !File.Exists(written))
        {
            return;
        }

        try
        {
            new IndexMending(directory, PathsOf(layer.Digest)).Adopt(written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The layer is as usable as it was.
        }
    }

    internal LayerPaths PathsOf(Digest digest) => new(directory, digest);

    private async ValueTask<LayerMiss> VerifyAsync(Digest digest, LayerFile file, LayerPaths paths, CancellationToken cancellationToken)
    {
        var (image, index) = (file.Stamp(), FileStamp.Find(paths.Index)); // from before reading: a change since then shows
        var covered = LayerStamp.Covers(paths.Stamp, image, index);
        if (covered is (true, true))
        {
            return LayerMiss.None;
        }

        var miss = covered.Image ? LayerMiss.None : await ReadAndCompareAsync(digest, file, paths, cancellationToken).ConfigureAwait(false);
        if (miss is not LayerMiss.None)
        {
            return miss;
        }

        try
        {
            var finding = await CheckIndexAsync(digest, file, paths, cancellationToken).ConfigureAwait(false);
            if (finding is IndexFinding.Lost)
            {
                return LayerMiss.Damaged;
            }

            LayerStamp.Write(paths.Stamp, image, finding is IndexFinding.Sound ? index : FileStamp.Find(paths.Index), time);
            return LayerMiss.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return LayerMiss.None; // the image is sound; the next opening looks at the index again
        }
    }

    /// <summary>A view whose index is lost is put aside.</summary>
    private async ValueTask<IndexFinding> CheckIndexAsync(Digest digest, LayerFile file, LayerPaths paths, CancellationToken cancellationToken)
    {
        var identity = FileIdentity(paths.Directory);
        var finding = await new IndexMending(directory, paths).CheckAsync(file, cancellationToken).ConfigureAwait(false);
        if (finding is IndexFinding.Lost && identity is { } view)
        {
            PutAside(digest, paths, view, file);
        }

        return finding;
    }

    private async ValueTask<LayerMiss> ReadAndCompareAsync(Digest digest, LayerFile file, LayerPaths paths, CancellationToken cancellationToken)
    {
        var identity = FileIdentity(paths.Directory);
        var miss = LayerMiss.None;
        try
        {
            miss = await file.HashAsync(cancellationToken).ConfigureAwait(false) == digest ? LayerMiss.None : LayerMiss.Damaged;
        }
        catch (IOException)
        {
            miss = LayerMiss.Unreadable;
        }

        if (miss is not LayerMiss.None && identity is { } damaged)
        {
            PutAside(digest, paths, damaged, file);
        }

        return miss;
    }

    /// <summary>
    /// Out of the way, for people to look at, with what was extracted of it. Who has it mounted or open keeps it. The trees go first, so that a crash leaves a layer that is found damaged again; and once
    /// more for what was extracted meanwhile.
    /// </summary>
    /// <param name="damaged">The directory that was judged: a good layer may have taken its name since.</param>
    /// <param name="file">Its image, which is not used any more. Null: it has none.</param>
    private void PutAside(Digest digest, LayerPaths paths, (ulong, ulong) damaged, LayerFile? file)
    {
        if (FileIdentity(paths.Directory) != damaged)
        {
            return; // another was quicker: to put it aside, or to store it anew
        }

        var trees = ExtractedLayers.PutAside(dataDirectory, org, digest, time.GetUtcNow());
        var aside = paths.NewDamaged();
        try
        {
            Directory.Move(paths.Directory, aside);
            if (FileIdentity(aside) != damaged)
            {
                Directory.Move(aside, paths.Directory);
                return;
            }

            Directory.SetLastWriteTimeUtc(aside, time.GetUtcNow().UtcDateTime); // from now on it is kept for some days
        }
        catch (IOException)
        {
            return;
        }

        trees = [.. trees, .. ExtractedLayers.PutAside(dataDirectory, org, digest, time.GetUtcNow())];
        if (file is not null && trees.Count > 0 && file.TryLock(Libc.LockExclusive)) // nobody else leases it: no job stands on them
        {
            trees.ToList().ForEach(ExtractedLayers.RemoveTree);
        }
    }

    private static unsafe (ulong Device, ulong Inode)? FileIdentity(string path)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            return Libc.StatX(Libc.CurrentDirectory, terminated, Libc.NoFollow, StatXBuffer.BasicFields, &status) == 0
                ? (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode)
                : null;
        }
    }
}
