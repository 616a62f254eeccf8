using Strata.Artifacts.Records;
using Strata.Caching.Entries;
using Strata.Execution.Trees;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Runs.Records;

namespace Strata.Execution.Entries;

/// <summary>What one run publishes and reads besides images. Opened by the first job that needs it; the run disposes it.</summary>
/// <param name="Uploads">Of the run's organization.</param>
public sealed record EntryServices(
    IRunRecords Runs, IArtifacts Artifacts, ICacheEntries Caches, AttemptLayers Saved, RunLayers Layers, ILayerUploads Uploads, Database Database) : IDisposable
{
    public void Dispose()
    {
        Layers.Dispose();
        Database.Dispose();
    }
}
