using System.Text;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Store;

namespace Strata.Layers.Sources;

/// <summary>Layers of commits, each packed once for an organization.</summary>
/// <param name="dataDirectory">Records are in its <c>sources/</c>.</param>
public sealed class CommitLayers(string dataDirectory)
{
    /// <param name="commit">All 40 or 64 hex digits.</param>
    /// <exception cref="UserErrorException">Its tree is refused (STR3201 to STR3204).</exception>
    /// <exception cref="EnvironmentException">git failed (STR3302, STR3303), or the layer cannot be written (STR3307).</exception>
    public async Task<LayerLease> FindOrPackAsync(GitState git, string commit, LayerOrg org, ILayerPlace layers, CancellationToken cancellationToken)
    {
        if (commit.Length is not (40 or 64) || !commit.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"'{commit}' is no commit.", nameof(commit));
        }

        var record = Path.Combine(dataDirectory, "sources", org.Name, $"commit-{commit}");
        if (Digest.TryParse(GitState.ReadText(record), null, out var known)
            && (await layers.OpenAsync(known, cancellationToken).ConfigureAwait(false)).Lease is { } lease)
        {
            return lease;
        }

        try
        {
            using var write = layers.Start();
            var packed = await new CommitPacking(git, commit).RunAsync(write.Target, cancellationToken).ConfigureAwait(false);
            var committed = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
            SourceRecord.SaveFile(record, Encoding.ASCII.GetBytes(packed.Digest.ToString()));
            return committed.Lease!;
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArchiveDiagnostics.Refused($"the commit {commit}", e, null));
        }
        catch (IOException e)
        {
            throw new EnvironmentException(SourceDiagnostics.NotStored(git.WorkTree, e.Message), e);
        }
    }
}
