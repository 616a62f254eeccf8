using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>What became of the index of a layer whose image is sound.</summary>
internal enum IndexFinding
{
    Sound,

    /// <summary>It was damaged or missing, and was made from the image.</summary>
    Made,

    /// <summary>There is none, and none can be made: what the layer holds is no image.</summary>
    None,

    /// <summary>It was damaged or missing, and the layer is a view: only who makes the view anew has its digests.</summary>
    Lost,
}

/// <summary>Looks at the index of a stored layer, and makes it anew if it is damaged or missing: the image holds all that it says.</summary>
/// <param name="organization">Directory of the organization.</param>
internal sealed class IndexMending(string organization, LayerPaths paths)
{
    /// <param name="image">Verified, and its lock held.</param>
    /// <exception cref="IOException">The new one cannot be written, or the layer's directory is gone.</exception>
    public async ValueTask<IndexFinding> CheckAsync(LayerFile image, CancellationToken cancellationToken)
    {
        if (IsSound())
        {
            return IndexFinding.Sound;
        }

        using var staging = StagingDirectory.Create(organization);
        var made = Path.Combine(staging.Path, LayerPaths.IndexName);
        try
        {
            if (!await ImageIndexing.TryWriteAsync(image.Handle, made, cancellationToken).ConfigureAwait(false))
            {
                return IndexFinding.Lost;
            }
        }
        catch (DamagedLayerException)
        {
            File.Delete(paths.Index);
            return IndexFinding.None;
        }

        Adopt(made);
        return IndexFinding.Made;
    }

    /// <summary>Gives the layer a finished index.</summary>
    /// <param name="made">On the same file system; moved.</param>
    public void Adopt(string made)
    {
        using (var file = LayerFile.Open(made) ?? throw new FileNotFoundException("No index was written.", made))
        {
            file.MakeReadOnly();
            file.Sync();
        }

        File.Move(made, paths.Index, overwrite: true);
        StagingDirectory.SyncDirectory(paths.Directory);
    }

    private bool IsSound()
    {
        try
        {
            _ = LayerIndex.Open(paths.Index);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or DamagedLayerException)
        {
            return false;
        }
    }
}
