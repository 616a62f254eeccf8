using Strata.Core.Diagnostics;
using Strata.Layers.Entries;

namespace Strata.Layers.Secrets;

/// <summary>What the gate found: STR317x.</summary>
public static class SecretDiagnostics
{
    private const int ShownMax = 5;

    /// <param name="what">What is not stored, as the beginning of a sentence: "The layer of this step".</param>
    /// <param name="finds">At least one.</param>
    public static Diagnostic Found(string what, IReadOnlyList<SecretFind> finds, SourceSpan? at)
    {
        var more = finds.Count > 1 ? $"Also: {string.Join("; ", finds.Skip(1).Take(ShownMax).Select(Place))}{(finds.Count > ShownMax + 1 ? "; …" : "")}.\n" : "";
        return finds[0].Secret is { } secret
            ? new("STR3170", Severity.Error, $"{what} is not stored: {ValueOf(secret)} ({finds[0].Form}) is in {Place(finds[0])}.", at,
                $"{more}Read the secret from its file when it is needed, and write it nowhere: whoever gets the layer gets the secret.")
            : new("STR3171", Severity.Error, $"{what} is not stored: {Place(finds[0])} holds {finds[0].Form}.", at,
                $"{more}Remove the file in the same step, or give the tool its credentials from a secret's file or a variable.");
    }

    public static Diagnostic TooShort(string secret, SourceSpan? at) =>
        new("STR3172", Severity.Warning, $"The secret '{secret}' has fewer than {SecretGate.LengthMin} bytes: it is not looked for in what is stored.", at,
            "Values this short are found everywhere by chance. Use a longer one.");

    private static string ValueOf(string secret) => secret == SecretFind.Masked ? "a value that a step masked" : $"the value of the secret '{secret}'";

    private static string Place(SecretFind find)
    {
        var path = $"/{LayerEntry.Shown(find.Path)}";
        return find.Place switch
        {
            SecretPlace.Content => $"{path}, line {find.Line}",
            SecretPlace.Name => $"the name of {path}",
            SecretPlace.LinkTarget => $"the target of the link {path}",
            _ => $"an attribute of {path}",
        };
    }
}
