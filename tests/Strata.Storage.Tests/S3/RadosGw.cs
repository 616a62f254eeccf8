using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Strata.Storage.Tests.S3;

/// <summary>A real S3 server: Ceph's radosgw, in memory, on loopback; one for all tests of a run. Ends with the test process, however that ends.</summary>
public sealed class RadosGw : IDisposable
{
    public const string Bucket = "strata";
    public const string AccessKey = "testaccess";
    public const string SecretKey = "testsecretkey0123456789";

    private const int TriesMax = 5;

    private readonly string _directory;

    public RadosGw()
    {
        for (var attempt = 1; ; attempt++)
        {
            _directory = Path.Combine(Path.GetTempPath(), $"strata-rgw-{Guid.NewGuid():n}"[..24]);
            var port = FreePort();
            var (code, output) = Run("start", _directory, port.ToString(CultureInfo.InvariantCulture), Bucket);
            if (code == 0)
            {
                Endpoint = new($"http://127.0.0.1:{port}");
                return;
            }

            Run("stop", _directory);
            if (attempt == TriesMax)
            {
                throw new InvalidOperationException($"radosgw does not start (packages ceph-mon, ceph-osd, radosgw, curl; ./test.sh installs them):\n{output}");
            }
        }
    }

    public Uri Endpoint { get; }

    /// <summary>As a user writes it.</summary>
    public string Url(string prefix = "") => $"s3://{Bucket}/{prefix}?endpoint={Endpoint}&region=default";

    public void Dispose() => Run("stop", _directory);

    private static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "radosgw.sh"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OWNER"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    /// <summary>With those that the script takes beside it.</summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(100, 300) * 100;
            if (new[] { port, port + 1, port + 100, port + 101, port + 102 }.All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
