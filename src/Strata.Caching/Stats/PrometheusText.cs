using System.Globalization;
using System.Text;

namespace Strata.Caching.Stats;

/// <summary>The counters as Prometheus reads them (text format 0.0.4). By type only: no series of a job, a run or a key (DESIGN §11).</summary>
public static class PrometheusText
{
    public static string Of(CacheStatistics statistics)
    {
        var text = new StringBuilder();
        var types = statistics.Counts.GroupBy(static count => count.Type, StringComparer.Ordinal).OrderBy(static type => type.Key, StringComparer.Ordinal).ToList();
        Add("cache_hits_total", "Look-ups that found the exact key.", static count => count.Hits);
        Add("cache_misses_total", "All other look-ups, partial hits among them.", static count => count.Partial + count.Misses);
        Add("strata_cache_partial_hits_total", "Look-ups that restored by a restore key.", static count => count.Partial);
        Add("strata_cache_errors_total", "Look-ups that failed.", static count => count.Errors);
        Add("strata_cache_saves_total", "Entries published.", static count => count.Saves);
        Add("strata_cache_restored_bytes_total", "Bytes of the trees restored.", static count => count.RestoredBytes);
        Add("strata_cache_transferred_bytes_total", "Bytes fetched for restores.", static count => count.TransferredBytes);
        Add("strata_cache_saved_bytes_total", "Bytes stored anew.", static count => count.SavedBytes);
        Add("strata_cache_spent_seconds_total", "What restoring and saving took.", static count => count.Spent.TotalSeconds);
        Add("strata_cache_measured_restores_total", "Restores of which the time saved is known.", static count => count.Measured);
        Add("strata_cache_saved_seconds", "What jobs took less with it so far; falls where they took longer.", static count => count.Saved.TotalSeconds, "gauge");
        Gauge("cache_size_bytes", "Bytes of the layers of live entries.", statistics.SizeBytes);
        Gauge("strata_cache_entries", "Live entries.", statistics.Entries);
        return text.ToString();

        void Add(string name, string help, Func<CacheCount, double> value, string kind = "counter")
        {
            Head(name, help, kind);
            foreach (var type in types)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{{type=\"{Escape(type.Key)}\"}} {type.Sum(value):0.###}\n");
            }
        }

        void Gauge(string name, string help, long value)
        {
            Head(name, help, "gauge");
            text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
        }

        void Head(string name, string help, string kind) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
