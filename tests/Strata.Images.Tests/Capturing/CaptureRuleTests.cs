using System.Text;
using Strata.Images.Capturing;

namespace Strata.Images.Tests.Capturing;

public sealed class CaptureRuleTests
{
    [Theory]
    [InlineData("run/lock", true)]
    [InlineData("run", false)]
    [InlineData("tmp", false)]
    [InlineData("srv/run/lock", false)]
    [InlineData("etc/machine-id", true)]
    [InlineData("etc/machine-id2", false)]
    [InlineData("var/lib/dpkg/status-old", true)]
    [InlineData("var/lib/dpkg/status", false)]
    [InlineData("var/lib/dpkg/info/x-old", false)]
    [InlineData("var/lib/apt/lists", false)]
    [InlineData("var/lib/apt/lists/partial", true)]
    [InlineData("var/lib/apt/extended_states", false)]
    [InlineData(".npm/_logs/x", true)]
    [InlineData("home/a/.npm/_logs/x.log", true)]
    [InlineData("home/a/x.npm/_logs/x.log", false)]
    [InlineData("home/a/.npm/_logs", false)]
    public void A_rule_names_what_is_in_a_directory_and_not_the_directory(string path, bool leftOut) =>
        CaptureRules.LeavesOut(Encoding.UTF8.GetBytes(path)).ShouldBe(leftOut);

    [Fact]
    public void Every_rule_is_in_the_documentation()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Strata.slnx")))
        {
            root = Path.GetDirectoryName(root.TrimEnd('/'))!;
        }

        var page = File.ReadAllText(Path.Combine(root, "docs/images.md"));
        foreach (var rule in CaptureRules.All)
        {
            page.ShouldContain(rule.Pattern.StartsWith("**/", StringComparison.Ordinal) ? rule.Pattern[3..] : rule.Pattern.StartsWith("var/log/", StringComparison.Ordinal) ? rule.Pattern[8..] : rule.Pattern);
        }
    }
}
