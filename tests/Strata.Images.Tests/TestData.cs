using Strata.Layers.Trees;

namespace Strata.Images.Tests;

/// <summary>Base systems are built once and kept between test runs, in <c>$STRATA_TEST_DATA</c> or a directory of this user.</summary>
internal static class TestData
{
    public static string Directory { get; } = Find();

    public static ImageResolver Resolver() => Resolver(Directory);

    public static ImageResolver Resolver(string directory) =>
        new(directory, OwnerPolicy.Root, TimeProvider.System);

    private static string Find()
    {
        var configured = Environment.GetEnvironmentVariable("STRATA_TEST_DATA");
        var home = Environment.GetEnvironmentVariable("HOME");
        return !string.IsNullOrEmpty(configured) ? configured
            : !string.IsNullOrEmpty(home) ? Path.Combine(home, ".cache", "strata-tests")
            : "/var/tmp/strata-tests";
    }
}

/// <summary>Keeps the lines in the order they came.</summary>
internal sealed class ProgressLines : IProgress<string>
{
    private readonly List<(DateTimeOffset At, string Line)> _lines = [];

    public IReadOnlyList<(DateTimeOffset At, string Line)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public void Report(string value)
    {
        lock (_lines)
        {
            _lines.Add((TimeProvider.System.GetUtcNow(), value));
        }
    }
}
