using System.Runtime.CompilerServices;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Store;

namespace Strata.Layers.Sources;

/// <summary>
/// Layers of working trees, each packed once: an unchanged workspace costs one look at its files (DESIGN §5). Invariant: a layer is its workspace as it
/// was at one moment, and no git was changing it. It is made of a state that was found twice in a row, and refused when a file is not what that state says
/// at the end of its reading.
/// Safe for concurrent use, by several processes too.
/// </summary>
/// <param name="dataDirectory">Left out of a workspace it lies in; records are in its <c>sources/</c>.</param>
public sealed class SourceLayers(string dataDirectory, TimeProvider time)
{
    public const long SizeWarningBytes = 2_000_000_000;

    private const int LockPatienceMs = 1600; // a lock that is still there then, and nobody has open, was left by a git that died

    private static readonly int[] PausesMs = [0, 100, 200, 400, 800, 1600, 1600];

    /// <param name="workspace">Only read. Tracked and untracked, not ignored, files in a repository, else all.</param>
    /// <param name="layers">Of whom the workspace is.</param>
    /// <exception cref="UserErrorException">A file cannot be read (STR3306), or never stands still (STR3304); there are more than ten million (STR3203).</exception>
    /// <exception cref="EnvironmentException">git failed (STR3302, STR3303), or the layer cannot be written (STR3307).</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<SourceLayer> CaptureAsync(string workspace, LayerOrg org, ILayerPlace layers, CancellationToken cancellationToken)
    {
        var recordPath = RecordPath(workspace, org);
        var record = SourceRecord.Find(recordPath);
        using var reader = new SourceReader(workspace, dataDirectory);
        var lookedAt = time.GetUtcNow().ToUnixTimeSeconds();
        var git = GitState.Read(workspace);
        var state = await reader.ReadAsync(git, record?.State, cancellationToken).ConfigureAwait(false);
        var opening = record is not null && SourceComparison.IsSame(reader.Root, state, record, cancellationToken)
            ? await layers.OpenAsync(record.Layer, cancellationToken).ConfigureAwait(false)
            : default;
        if (record is not null && opening.Lease is { } lease)
        {
            if (!state.StampBytes.SequenceEqual(record.State.StampBytes) || state.LatestSeconds() >= record.LookedAtSeconds - SourceComparison.SettleSeconds)
            {
                (record with { State = state, LookedAtSeconds = lookedAt }).Save(recordPath);
            }

            return Result(lease, git, isReused: true, workspace, new(state), []);
        }

        var source = await PackAsync(reader, workspace, state, layers, recordPath, cancellationToken).ConfigureAwait(false);
        if (record is not null && record.Layer != source.Lease.Digest)
        {
            await layers.RemoveAsync(record.Layer, cancellationToken).ConfigureAwait(false); // unless a run still has it: then it is collected some day
        }

        return opening.Miss is LayerMiss.Damaged or LayerMiss.Unreadable
            ? source with { Diagnostics = [.. source.Diagnostics, SourceDiagnostics.Damaged(workspace, record!.Layer)] }
            : source;
    }

    private async Task<SourceLayer> PackAsync(
        SourceReader reader, string workspace, SourceState found, ILayerPlace layers, string recordPath, CancellationToken cancellationToken)
    {
        var restless = new RestlessNames();
        var state = found;
        var isBusy = false; // a git is
        foreach (var pause in PausesMs)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken).ConfigureAwait(false);
            var lookedAt = time.GetUtcNow().ToUnixTimeSeconds();
            var git = GitMoment.Of(workspace);
            if (pause > 0)
            {
                state = await reader.ReadAsync(git?.State, state, cancellationToken).ConfigureAwait(false);
            }

            var steady = restless.Read(reader.Root, state);
            var again = await reader.ReadAsync(git?.State, state, cancellationToken).ConfigureAwait(false);
            var isLocked = git is { IsLocked: true } && (pause < LockPatienceMs || git.IsLockHeld());
            if (isLocked || git != GitMoment.Of(workspace) || !restless.IsAtRest(again, state))
            {
                isBusy = isLocked;
                state = again;
                continue;
            }

            try
            {
                var layout = new SourceLayout(state);
                var (lease, contents) = await WriteAsync(new(reader.Root, state, layout, steady), layers, cancellationToken).ConfigureAwait(false);
                Remember(new(lease.Digest, state, contents, lookedAt), recordPath);
                return Result(lease, git?.State, isReused: false, workspace, layout, [.. steady.Keys.Select(i => SourceDiagnostics.Changing(PosixPath.Show(state.Names[i])))]);
            }
            catch (TreeChangedException e)
            {
                restless.Note(e.ChangedPath);
            }
            catch (HostileArchiveException e)
            {
                throw new UserErrorException(ArchiveDiagnostics.Refused(workspace, e, null)); // more names than a layer has
            }
            catch (IOException e)
            {
                throw e.HResult is Errno.AccessDenied or Errno.NotPermitted
                    ? new UserErrorException(SourceDiagnostics.Unreadable(workspace, e.Message))
                    : new EnvironmentException(SourceDiagnostics.NotStored(workspace, e.Message), e);
            }
        }

        throw new UserErrorException(isBusy ? SourceDiagnostics.GitIsBusy() : SourceDiagnostics.Unsteady(restless.Last));
    }

    private static async Task<(LayerLease Lease, Digest[] Contents)> WriteAsync(SourcePacking packing, ILayerPlace layers, CancellationToken cancellationToken)
    {
        using var write = layers.Start();
        var packed = await packing.RunAsync(write.Target, cancellationToken).ConfigureAwait(false);
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return (commit.Lease!, packing.Contents);
    }

    private static void Remember(SourceRecord record, string path)
    {
        try
        {
            record.Save(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run packs again.
        }
    }

    private static SourceLayer Result(
        LayerLease lease, GitState? git, bool isReused, string workspace, SourceLayout layout, List<Diagnostic> diagnostics)
    {
        if (layout.SizeBytes > SizeWarningBytes)
        {
            diagnostics.Add(SourceDiagnostics.Large(workspace, layout.SizeBytes));
        }

        if (layout.SpecialCount > 0)
        {
            diagnostics.Add(SourceDiagnostics.Special([.. layout.FirstSpecials], layout.SpecialCount));
        }

        return new(lease, git, isReused, layout.FileCount, layout.SizeBytes, diagnostics);
    }

    private string RecordPath(string workspace, LayerOrg org) =>
        Path.Combine(dataDirectory, "sources", org.Name, Digest.Of(System.Text.Encoding.UTF8.GetBytes(Path.GetFullPath(workspace))).Hex);
}
