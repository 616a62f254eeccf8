using Strata.Core;
using Strata.Images.BaseSystems;

namespace Strata.Images.Tests.Records;

public sealed class BaseRecordsTests : IDisposable
{
    private static readonly Digest Key = Digest.Of("key"u8);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("strata-records-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public void What_was_saved_is_read_name_by_name()
    {
        var records = new BaseRecords(_data.FullName);
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        records.Save(Key, new(BaseRecord.CurrentFormat, "sha256:old", null) { At = at, Releases = new Dictionary<string, string> { ["bookworm"] = "r" } });
        records.Save(Key, new(BaseRecord.CurrentFormat, "sha256:new", "stamp") { From = "debootstrap:bookworm", Packages = ["git"], Org = "local", At = at });

        var found = records.Find(Key).ShouldNotBeNull();

        (found.Layer, found.Stamp, found.From, found.Org, found.At).ShouldBe(("sha256:new", "stamp", "debootstrap:bookworm", "local", at));
        found.Packages.ShouldBe(["git"]);
        var earlier = found.Earlier.ShouldNotBeNull().ShouldHaveSingleItem();
        (earlier.Layer, earlier.At, earlier.Releases!["bookworm"]).ShouldBe(("sha256:old", at, "r"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"format":"strata.base/1","layer":"l"}""")]
    [InlineData("""{"format":"strata.base/2"}""")]
    [InlineData("""{"format":"strata.base/2","layer":7}""")]
    [InlineData("""{"format":"strata.base/2","layer":"l","packages":[1]}""")]
    [InlineData("""{"format":"strata.base/2","layer":"l","at":"yesterday"}""")]
    [InlineData("""{"format":"strata.base/2","layer":"l","earlier":[{}]}""")]
    public void A_record_that_is_damaged_or_of_another_format_is_a_miss(string json)
    {
        Directory.CreateDirectory(Path.Combine(_data.FullName, "bases"));
        File.WriteAllText(Path.Combine(_data.FullName, "bases", $"{Key.Hex}.json"), json);
        new BaseRecords(_data.FullName).Find(Key).ShouldBeNull();
    }
}
