using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Bench;

/// <summary>radosgw in memory on loopback, as the tests start it.</summary>
internal sealed class RealS3 : IDisposable
{
    private const string Bucket = "bench";
    private const string AccessKey = "testaccess";
    private const string SecretKey = "testsecretkey0123456789";

    private readonly string _script;
    private readonly string _directory;
    private readonly string _endpoint;

    private RealS3(string script, string directory, int port) =>
        (_script, _directory, _endpoint) = (script, directory, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    public string Url => $"s3://{Bucket}?endpoint={_endpoint}&region=default";

    public Uri Endpoint => new(_endpoint);

    /// <summary>The same through something that stands before it.</summary>
    public static string UrlAt(Uri endpoint) => $"s3://{Bucket}?endpoint={endpoint.GetLeftPart(UriPartial.Authority)}&region=default";

    /// <summary>A directory, file by file, as quick as the tool does it.</summary>
    public string Recursive(string tool, string directory) => tool == "aws"
        ? $"AWS_DEFAULT_REGION=default /usr/bin/aws --endpoint-url {_endpoint} s3 cp --quiet --recursive {directory} s3://{Bucket}/aws"
        : $"env -u AWS_CA_BUNDLE rclone copy --config /dev/null --s3-provider Ceph --s3-env-auth --s3-endpoint {_endpoint} --transfers 16 --checkers 16 --no-traverse --s3-no-head --s3-no-check-bucket {directory} :s3:{Bucket}/rclone";

    public static RealS3 Start(string repository, string directory)
    {
        var server = new RealS3(Path.Combine(repository, "tests/Strata.Storage.Tests/S3/radosgw.sh"), directory, FreePort());
        server.Run("start", directory, server._endpoint.Split(':')[2], Bucket);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        return server;
    }

    public string Command(string tool, string file) => tool == "aws"
        ? $"AWS_DEFAULT_REGION=default /usr/bin/aws --endpoint-url {_endpoint} s3 cp --quiet {file} s3://{Bucket}/aws"
        : $"env -u AWS_CA_BUNDLE rclone copyto --config /dev/null --s3-provider Ceph --s3-env-auth --s3-endpoint {_endpoint} --s3-upload-concurrency 4 --s3-chunk-size 8M --s3-no-check-bucket {file} :s3:{Bucket}/rclone";

    /// <summary>It keeps all in memory.</summary>
    public async Task EmptyAsync()
    {
        await using var store = BlobStores.Open(StorageLocation.Parse(Url), BlobTimes.Default, TimeProvider.System);
        await Parallel.ForEachAsync(
            store.ListAsync("", CancellationToken.None), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (stored, stop) => await store.DeleteAsync(stored.Key, stop));
    }

    public void Dispose() => Run("stop", _directory);

    private void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(_script, arguments) { Environment = { ["OWNER"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) } };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{_script} {arguments[0]}: {process.ExitCode}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
