using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Schema;

namespace Strata.Cli.Run;

/// <summary><c>--event NAME[=FILE]</c>.</summary>
internal static class EventChoice
{
    private const int PayloadSizeMax = 25 << 20; // bytes; GitHub's limit for a webhook's payload

    public static (string Name, JsonObject Payload) Choose(string? option, List<Diagnostic> problems)
    {
        if (option is null)
        {
            return ("push", []);
        }

        var at = option.IndexOf('=', StringComparison.Ordinal);
        var name = at < 0 ? option : option[..at];
        if (!GitHubEvents.IsKnown(name))
        {
            problems.Add(CliDiagnostics.BadOption("--event", name, "an event of GitHub, such as push or pull_request", Suggestion.Nearest(name, GitHubEvents.Names)));
        }

        return (name, at < 0 ? [] : Read(option[(at + 1)..], problems));
    }

    private static JsonObject Read(string path, List<Diagnostic> problems)
    {
        try
        {
            var bytes = BoundedFile.Read(path, PayloadSizeMax);
            if (bytes.Length > PayloadSizeMax)
            {
                problems.Add(CliDiagnostics.BadEventPayload(path, "it is larger than 25 MiB."));
                return [];
            }

            if (JsonNode.Parse(bytes.Span) is JsonObject payload)
            {
                return payload;
            }

            problems.Add(CliDiagnostics.BadEventPayload(path, "it is another kind of JSON value."));
        }
        catch (JsonException e)
        {
            problems.Add(CliDiagnostics.BadEventPayload(path, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(CliDiagnostics.Unreadable(path, e.Message));
        }

        return [];
    }
}
