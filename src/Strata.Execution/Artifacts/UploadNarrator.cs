using Strata.Core;
using Strata.Execution.Events;
using Strata.Storage;

namespace Strata.Execution.Artifacts;

/// <summary>Tells of an upload that takes long: bytes, rate, parts, retries, or what keeps it from going on, at most every two seconds. Told from threads that cannot wait.</summary>
internal sealed class UploadNarrator(string name, Func<LogKind, string, ValueTask> say, TimeProvider time) : IProgress<UploadProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new(); // guards _said and _last
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _said;
    private Task _last = Task.CompletedTask;

    public void Report(UploadProgress value)
    {
        lock (_lock)
        {
            var elapsed = time.GetElapsedTime(_started);
            if (elapsed - _said < Interval)
            {
                return;
            }

            _said = elapsed;
            var rate = new ByteSize((long)(value.BytesDone / Math.Max(elapsed.TotalSeconds, 0.001)));
            var retries = value.Retries > 0 ? $", {value.Retries} retried" : "";
            var resumed = value.PartsResumed > 0 ? $", {value.PartsResumed} were there" : "";
            if (value.Trouble is { } trouble)
            {
                _last = ThenSayAsync(_last, $"'{name}': waits for the storage, tried again ({value.Retries} times so far): {trouble}");
                return;
            }

            var text = $"'{name}': {new ByteSize(value.BytesDone)} of {new ByteSize(value.BytesTotal)}, {rate}/s, {value.Parts} parts{resumed}{retries}";
            _last = ThenSayAsync(_last, text);
        }
    }

    private async Task ThenSayAsync(Task before, string text)
    {
        await before.ConfigureAwait(false);
        await say(LogKind.Progress, text).ConfigureAwait(false);
    }
}
