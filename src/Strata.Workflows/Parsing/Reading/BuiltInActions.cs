using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

using Inputs = IReadOnlyList<KeyValuePair<string, Located<Template>>>;

/// <summary>An action Strata implements: its inputs by name.</summary>
/// <param name="NoEffect">Inputs that change nothing here, with the reason.</param>
internal sealed record BuiltInAction(string Name, IReadOnlyList<string> Required, IReadOnlyList<string> Optional, IReadOnlyList<string> NoEffect, string NoEffectReason)
{
    public void Check(Fields step, Inputs with, SourceSpan at, UnsupportedParts unsupported)
    {
        foreach (var (input, value) in with)
        {
            var inputAt = step.MappingOf("with")!.FindKey(input)!.At;
            if (Contains(NoEffect, input))
            {
                step.Problems.Add(StructureDiagnostics.NoEffect(inputAt, input, NoEffectReason));
            }
            else if (!Contains(Required, input) && !Contains(Optional, input))
            {
                step.Problems.Add(StructureDiagnostics.UnknownInput(inputAt, $"actions/{Name}", input, [.. Required, .. Optional, .. NoEffect]));
            }
            else
            {
                CheckValue(input, value, inputAt, step, unsupported);
            }
        }

        foreach (var input in Required)
        {
            if (!with.Any(given => string.Equals(given.Key, input, StringComparison.OrdinalIgnoreCase)))
            {
                step.Problems.Add(StructureDiagnostics.MissingInput(at, $"actions/{Name}", input));
            }
        }
    }

    private void CheckValue(string input, Located<Template> value, SourceSpan inputAt, Fields step, UnsupportedParts unsupported)
    {
        switch (Name, input.ToLowerInvariant())
        {
            case ("checkout", var setting):
                CheckCheckout(setting, value, inputAt, step, unsupported);
                break;
            case ("cache" or "cache/restore" or "cache/save", "key"):
                CacheKeyCheck.Check(value, step.Problems);
                break;
            case ("cache" or "cache/restore" or "cache/save", "path") when value.Value.IsLiteral:
                foreach (var path in value.Value.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    CacheReader.CheckPath(new(Template.Literal(path), value.At), step.Problems);
                }

                break;
            case ("upload-artifact", "name") when value.Value.IsLiteral && !ArtifactNames.IsName(value.Value.Text.Trim()):
                step.Problems.Add(ArtifactDeclarationDiagnostics.BadName(value.At, value.Value.Text));
                break;
            case ("upload-artifact", "if-no-files-found") when Written(value) is { } word && UploadInputs.ReadIfEmpty(word) is null:
                step.Problems.Add(StructureDiagnostics.NotAllowed(value.At, "'if-no-files-found'", word, UploadInputs.IfNoFilesFound));
                break;
            case ("upload-artifact", "retention-days") when Written(value) is { } days && !UploadInputs.TryReadRetention(days, out _):
                step.Problems.Add(StructureDiagnostics.OutOfRange(value.At, "'retention-days'", $"a whole number from 0 to {UploadInputs.RetentionDaysMax} (0 is the default)"));
                break;
        }
    }

    /// <summary>As the step will read it; null: it is computed, or empty, which is the default.</summary>
    private static string? Written(Located<Template> value) => value.Value.IsLiteral && value.Value.Text.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The repository and commit of this run may be named; others are not here.</summary>
    private static void CheckCheckout(string input, Located<Template> value, SourceSpan inputAt, Fields step, UnsupportedParts unsupported)
    {
        var isThis = value.Value.Text.Length == 0
            || (value.Value.Expressions is [{ Paths: [var path] }] && path is "github.repository" or "github.ref" or "github.sha" or "github.ref_name" or "github.head_ref"
                or "github.event.pull_request.head.sha" or "github.event.pull_request.head.ref")
            || (input == "path" && value.Value.Text is "." or "./");
        if (isThis)
        {
            step.Problems.Add(StructureDiagnostics.NoEffect(inputAt, input, "it names what is in the workspace already."));
            return;
        }

        unsupported.Add(UnsupportedDiagnostics.CheckoutOther(inputAt, input, input switch
        {
            "repository" => "Clone it in a step: run: git clone --depth 1 https://HOST/OWNER/REPO DIR",
            "ref" => "Check it out in a copy: run: git clone --branch REF . ../other, or start the run with --ref.",
            _ => "The source is at the root of the workspace: leave `path` out, or make a link: run: ln -s . DIR",
        }));
    }

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        foreach (var known in names)
        {
            if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The actions Strata implements, with the inputs of their published versions.</summary>
internal static class BuiltInActions
{
    private const string HasSource = "the source of the run is in the workspace already, as it is.";
    private const string StorageDecides = "Strata's storage decides this.";

    /// <param name="action">Without version.</param>
    public static BuiltInAction? Find(string action) => action.ToLowerInvariant() switch
    {
        "actions/checkout" => new("checkout", [], ["repository", "ref", "path"],
        [
            "token", "ssh-key", "ssh-known-hosts", "ssh-strict", "ssh-user", "persist-credentials", "clean", "filter", "sparse-checkout",
            "sparse-checkout-cone-mode", "fetch-depth", "fetch-tags", "show-progress", "lfs", "submodules", "set-safe-directory", "github-server-url",
        ], HasSource),
        "actions/cache" => new("cache", ["path", "key"], ["restore-keys", "fail-on-cache-miss", "lookup-only", "save-always"],
            ["upload-chunk-size", "enableCrossOsArchive"], StorageDecides),
        "actions/cache/restore" => new("cache/restore", ["path", "key"], ["restore-keys", "fail-on-cache-miss", "lookup-only"],
            ["enableCrossOsArchive"], StorageDecides),
        "actions/cache/save" => new("cache/save", ["path", "key"], [], ["upload-chunk-size", "enableCrossOsArchive"], StorageDecides),
        "actions/upload-artifact" => new("upload-artifact", ["path"],
            ["name", "if-no-files-found", "retention-days", "overwrite", "include-hidden-files"], ["compression-level", "archive"], StorageDecides),
        "actions/download-artifact" => new("download-artifact", [], ["name", "path", "pattern", "merge-multiple", "run-id", "artifact-ids"],
            ["github-token", "repository", "skip-decompress", "digest-mismatch"], "artifacts come from Strata's storage, verified."),
        _ => null,
    };
}
