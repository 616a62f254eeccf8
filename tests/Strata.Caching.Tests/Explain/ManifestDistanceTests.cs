using Strata.Caching.Explain;

namespace Strata.Caching.Tests.Explain;

public sealed class ManifestDistanceTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"b":2}""", 0)]
    [InlineData("""{"a":1,"key":"x"}""", """{"a":1,"key":"y"}""", 1)]
    [InlineData("""{"a":1,"key":"x"}""", """{"a":2,"key":"y"}""", 1)]
    [InlineData("""{"a":1}""", """{"b":1}""", 2)]
    [InlineData("""{"env":{"A":"1","B":"2"}}""", """{"env":{"A":"1","C":"2"}}""", 2)]
    [InlineData("""{"env":{"A":"1","B":"2"}}""", """{}""", 2)]
    [InlineData("""{"env":{"A":"1"}}""", """{"env":"A"}""", 1)]
    [InlineData("""{"paths":["/a"]}""", """{"paths":["/b","/c"]}""", 1)]
    [InlineData("no json", "{}", null)]
    [InlineData("{}", "[]", null)]
    public void It_counts_what_differs(string wanted, string found, int? expected)
    {
        using var distance = new ManifestDistance(wanted);
        distance.To(found).ShouldBe(expected);
        if (expected is { } count)
        {
            ManifestDifference.Between(found, wanted).Changes.Count.ShouldBe(count);
        }
    }
}
