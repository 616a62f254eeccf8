using System.CommandLine;
using Strata.Caching;
using Strata.Cli.Cache;
using Strata.Cli.Image;
using Strata.Cli.Output;
using Strata.Cli.Run;
using Strata.Cli.Upkeep;
using Strata.Core.Identity;
using Strata.Metadata;

namespace Strata.Cli.Revoke;

/// <summary><c>strata revoke RUN</c>: hides what a run published and all that derives from it.</summary>
internal static class RevokeCommand
{
    /// <summary>More is left to the next sweep: it is hidden already.</summary>
    private const int SettledAtOnceMax = 2_000;

    private const int ListedMax = 1_000;

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { HelpName = "RUN", Description = "The run's id." };
        var org = SelectionOptions.One("--org", "ORG", "Whose audit log tells of it (default: local).");
        var data = PlaceOptions.NewData();
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout." };
        var command = new Command("revoke", "Take back all that a run published, and all that was built on it.") { run, org, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var database = new Database(DataDirectory.Resolve(parsed.GetValue(data)), TimeProvider.System);
            var runId = parsed.GetValue(run)!;
            var revocations = CacheUpkeep.OpenRevocations(database);
            var report = await revocations.RevokeAsync(runId, parsed.GetValue(org) ?? RunIdentity.DefaultOrganization, "", "user", cancellationToken).ConfigureAwait(false);
            if (report.Products.Count <= SettledAtOnceMax)
            {
                await revocations.SettleAsync(cancellationToken).ConfigureAwait(false);
            }

            if (parsed.GetValue(json))
            {
                CacheJson.Print(new(runId, report.WasRevoked, report.Runs, report.Readers, [.. report.Products.Select(RevokedResult.Of)]), CacheJson.Default.RevokeResult);
                return ExitCode.Success;
            }

            if (report.Products.Count == 0)
            {
                DiagnosticOutput.Print(CachingDiagnostics.NothingPublished(runId), Terminal.Detect());
                return ExitCode.Success;
            }

            foreach (var product in report.Products.Take(ListedMax))
            {
                Console.Out.WriteLine(ImageShowCommand.Printable($"{RevokedResult.Word(product.Product.Kind)} {product.Product.Id}  {product.Description}{(product.WasLive ? "" : "  (out of use before)")}"));
            }

            if (report.Products.Count > ListedMax)
            {
                Console.Out.WriteLine($"… and {report.Products.Count - ListedMax} more (--json lists all)");
            }

            Console.Out.WriteLine(
                $"{(report.WasRevoked ? "revoked before" : "revoked")}: {report.Products.Count} {(report.Products.Count == 1 ? "product" : "products")} of {report.Runs.Count} {(report.Runs.Count == 1 ? "run" : "runs")}: {string.Join(", ", report.Runs.Take(20))}{(report.Runs.Count > 20 ? ", …" : "")}");
            if (report.Readers.Count > 0)
            {
                Console.Out.WriteLine($"restored it, and published nothing known: {string.Join(", ", report.Readers.Take(ListedMax))}{(report.Readers.Count > ListedMax ? ", … (--json lists all)" : "")}");
            }

            return ExitCode.Success;
        });
        return command;
    }
}
