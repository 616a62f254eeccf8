using System.Globalization;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Building;

/// <summary>The right to build a step's layer, waited for: meanwhile what the one who builds it prints is shown, and that it is silent.</summary>
/// <param name="line">Where the step is written.</param>
/// <param name="circumstances">Under which another's failure is this build's too; null: under none. Asked for when another was waited for.</param>
internal sealed class BuildTurn(BuildServices services, BuildContext context, StepPlace at, SourceSpan line, Func<string?> circumstances) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Two heartbeats, and time for a slow disk.</summary>
    private static readonly TimeSpan SilenceMin = TimeSpan.FromSeconds(5);

    private LeaseAttempt.Held? _holder; // the one that was last waited for
    private LogFollower? _follower;
    private bool _saidSilent;

    public bool Waited => _holder is not null;

    /// <returns>The caller disposes the lease.</returns>
    /// <exception cref="UserErrorException">The build that was waited for failed.</exception>
    public async Task<(Lease Lease, string LogPath)> TakeAsync(Scope scope, Digest key, CancellationToken cancellationToken)
    {
        var path = services.Logs.NewPath(key);
        while (true)
        {
            ThrowIfFailed();
            switch (await services.Leases.TryAcquireAsync(scope, key, Owner, path, cancellationToken).ConfigureAwait(false))
            {
                case LeaseAttempt.Acquired acquired:
                    try
                    {
                        _follower?.Read();
                        BuildLogs.Remove(acquired.NoteBefore);
                        ThrowIfFailed(); // between the look and the lease
                        return (acquired.Lease, path);
                    }
                    catch
                    {
                        await acquired.Lease.DisposeAsync().ConfigureAwait(false);
                        throw;
                    }

                case LeaseAttempt.Held held:
                    Follow(held);
                    await Task.Delay(PollInterval, services.Time, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    public void Dispose() => _follower?.Dispose();

    private void Follow(LeaseAttempt.Held held)
    {
        if (_holder?.Note != held.Note) // the first, or one who took over
        {
            _follower?.Read();
            _follower?.Dispose();
            _follower = new(held.Note, text => context.Observer.On(new BuildEvent.Output(at.Recipe, at.Index, at.Count, at.Title, context.Mask(text))));
            _saidSilent = false;
            context.Observer.Report($"{at.Recipe}: step {at.Number} of {at.Count} is being built by {held.Owner}; waiting for it");
        }

        _holder = held;
        _follower!.Read();
        if (!_saidSilent && services.Time.GetUtcNow() - held.RenewedAt is var silence && silence > SilenceMin)
        {
            _saidSilent = true;
            context.Observer.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"{at.Recipe}: nothing was heard of {held.Owner} for {silence.TotalSeconds:0} seconds; it is taken over after {LeaseTimes.Short.Lifetime.TotalSeconds:0}"));
        }
    }

    private void ThrowIfFailed()
    {
        if (_holder is { } holder && circumstances() is { } own && BuildLogs.FindFailure(holder.Note) is { } failure && failure.Circumstances == own)
        {
            _follower?.Read();
            throw new UserErrorException(failure.For(at, line, holder.Owner));
        }
    }

    private string Owner => LeaseHolder.For(context.Producer.RunId);
}
