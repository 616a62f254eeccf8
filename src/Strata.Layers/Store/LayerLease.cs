using Microsoft.Win32.SafeHandles;
using Strata.Core;

namespace Strata.Layers.Store;

/// <summary>A verified layer that is not removed while this is held. To be held for as long as it is mounted, or until a record names it.</summary>
public sealed class LayerLease : IDisposable
{
    private readonly LayerFile _file;
    private readonly LayerPaths _paths;
    private readonly TimeProvider _time;
    private int _disposed;

    internal LayerLease(Digest digest, LayerFile file, LayerPaths paths, TimeProvider time)
    {
        (Digest, _file, _paths, _time) = (digest, file, paths, time);
        SizeBytes = file.Stamp().Size;
    }

    public Digest Digest { get; }

    /// <summary>Of the image.</summary>
    public long SizeBytes { get; }

    /// <summary>Whose layer: the directory's name.</summary>
    internal string Org => Path.GetFileName(Path.GetDirectoryName(_paths.Directory))!;

    /// <summary>False: it was put aside as damaged after it was leased.</summary>
    internal bool IsInPlace => _file.IsAt(_paths.Image);

    public string ImagePath => _paths.Image;

    /// <summary>Null: the layer was stored without an index.</summary>
    public string? IndexPath => File.Exists(_paths.Index) ? _paths.Index : null;

    /// <summary>The open image, for reading; closed with the lease.</summary>
    public SafeFileHandle Image => _file.Handle;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            LayerStamp.Touch(_paths.Stamp, _time); // it was in use until now
            _file.Dispose();
        }
    }
}
