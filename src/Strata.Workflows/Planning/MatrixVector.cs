using Strata.Workflows.Expressions;

namespace Strata.Workflows.Planning;

/// <summary>One combination of matrix values, in display order.</summary>
/// <param name="Values">The <c>matrix</c> context of the job.</param>
/// <param name="DisplaySuffix">" (v1, v2)", or "" for a job without a matrix: GitHub's display name is the job's name and this.</param>
public sealed record MatrixVector(ObjectValue Values, string DisplaySuffix)
{
    private const int DisplayNameMax = 100; // characters; GitHub's

    /// <summary>Cut at 100 characters, as on GitHub.</summary>
    public string DisplayName(string jobName)
    {
        var name = jobName + DisplaySuffix;
        return DisplaySuffix.Length == 0 || name.Length <= DisplayNameMax ? name : $"{name.AsSpan(0, DisplayNameMax - 3)}...";
    }

    /// <param name="displayed">What the suffix shows; values that includes add to a combination are not in it.</param>
    internal static MatrixVector Of(ObjectValue values, ObjectValue displayed)
    {
        var texts = new List<string>();
        AddTexts(texts, displayed);
        return new(values, texts.Count == 0 ? "" : $" ({string.Join(", ", texts)})");
    }

    private static void AddTexts(List<string> texts, Value value)
    {
        switch (value)
        {
            case ObjectValue members:
                foreach (var member in members.Members)
                {
                    AddTexts(texts, member.Value);
                }

                break;
            case ArrayValue array:
                foreach (var item in array.Items)
                {
                    AddTexts(texts, item);
                }

                break;
            default:
                if (value.ToText() is { Length: > 0 } text)
                {
                    texts.Add(text);
                }

                break;
        }
    }
}
