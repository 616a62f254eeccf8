using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Parsing;
using Strata.Workflows.Parsing.Reading;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>What holds for the conversion of any valid workflow.</summary>
public sealed class ConversionProperties
{
    private static int Count => Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 50_000 : 1_500;

    [Fact]
    public void A_conversion_keeps_all_but_runners_and_set_up_steps()
    {
        var converted = 0;
        var left = 0;
        for (var seed = 0; seed < Count; seed++)
        {
            var text = new RandomWorkflow(seed).Write();
            var before = WorkflowParser.Parse("ci.yml", Encoding.UTF8.GetBytes(text)).Diagnostics.Where(problem => problem.Severity == Severity.Error);
            string.Join('\n', before).ShouldBe("", $"seed {seed}: the generator writes valid files\n{text}");

            var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text));

            JobSummary.Of(yaml).ShouldBe(JobSummary.Of(text), $"seed {seed}\n{text}\n{yaml}");
            Missing(text, yaml).ShouldBeEmpty($"seed {seed}\n{text}\n{yaml}");
            Comments(yaml).ShouldBeSubsetOf(Comments(text));
            converted += yaml == text ? 0 : 1;
            left += byHand.Any(note => note.Code == "STR1805") ? 1 : 0;
        }

        converted.ShouldBeGreaterThan(Count / 2);
        left.ShouldBeLessThan(Count / 50, "anchors alone are a reason to leave a job");
    }

    /// <summary>Tools of a job that are neither in its image nor still in its steps.</summary>
    private static List<string> Missing(string text, string yaml)
    {
        var after = Yaml.Valid(yaml);
        List<string> missing = [];
        foreach (var (old, now) in Yaml.Valid(text).Jobs.Zip(after.Jobs))
        {
            var image = now.Image is Model.ImageChoice.Named named ? after.Images.FirstOrDefault(image => image.Name == named.Reference.Text) : null;
            missing.AddRange(Tools(old).Except(Tools(now)).Where(tool => image?.Name?.Split('-').Contains(tool) != true));
        }

        return missing;
    }

    private static IEnumerable<string> Tools(Model.Job job) => job.Steps
        .Select(step => step.Action).OfType<Model.StepAction.Foreign>()
        .Select(action => SetupActions.Find(action.Reference.Split('@')[0])?.Image).OfType<string>();

    private static List<string> Comments(string text) => [.. text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith('#'))];
}
