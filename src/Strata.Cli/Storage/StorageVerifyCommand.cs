using System.CommandLine;
using Strata.Core;
using Strata.Storage.Garbage;

namespace Strata.Cli.Storage;

/// <summary><c>strata storage verify</c>: reads what is stored. Exit code 1: some of it is damaged or lost.</summary>
internal static class StorageVerifyCommand
{
    private static readonly TimeSpan SayInterval = TimeSpan.FromSeconds(1.8);

    public static Command Create()
    {
        var options = new StorageOptions();
        var quick = new Option<bool>("--quick") { Description = "Only look whether all objects are there, with their size." };
        var command = new Command("verify", "Read every stored blob; what is damaged or lost is stored anew by the next job that makes it.") { quick };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => options.RunAsync(
            parsed, (storage, _, stop) => VerifyAsync(storage, !parsed.GetValue(quick), parsed.GetValue(options.Json), stop), cancellationToken));
        return command;
    }

    private static async Task<int> VerifyAsync(HostStorage storage, bool reads, bool json, CancellationToken cancellationToken)
    {
        var report = await new StorageVerification(storage.Archives).RunAsync(reads, new Said(), cancellationToken).ConfigureAwait(false);
        if (json)
        {
            StorageJson.Print(
                new(storage.Archives.Description, report.Blobs, report.Bytes, [.. report.Problems.Select(p => new StorageProblemResult(p.Org, p.Digest.ToString(), p.Owner, p.Problem))]),
                StorageJson.Default.StorageVerifyResult);
        }
        else
        {
            var bytes = reads ? $", {new ByteSize(report.Bytes)}" : "";
            Console.Out.WriteLine($"{report.Blobs} blobs{bytes}: {(report.Problems.Count == 0 ? "all sound" : $"{report.Problems.Count} damaged or lost")}");
            foreach (var problem in report.Problems)
            {
                Console.Out.WriteLine($"  {problem.Org}/{problem.Digest}  of {problem.Owner}: {problem.Problem}");
            }
        }

        return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>A line on stderr every two seconds.</summary>
    private sealed class Said : IProgress<VerificationProgress>
    {
        private long _last = TimeProvider.System.GetTimestamp();

        public void Report(VerificationProgress value)
        {
            if (TimeProvider.System.GetElapsedTime(_last) >= SayInterval)
            {
                _last = TimeProvider.System.GetTimestamp();
                Console.Error.WriteLine($"{value.BlobsDone} of {value.BlobsTotal} blobs, {new ByteSize(value.BytesDone)} of {new ByteSize(value.BytesTotal)} …");
            }
        }
    }
}
