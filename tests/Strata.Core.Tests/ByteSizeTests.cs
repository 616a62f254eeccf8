namespace Strata.Core.Tests;

public class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512b", 512)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("20 GB", 20_000_000_000)]
    [InlineData(" 1.5kB ", 1_500)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("512m", 536_870_912)]
    [InlineData("4g", 4_294_967_296)]
    [InlineData("0.5K", 512)]
    [InlineData("1TiB", 1_099_511_627_776)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Sizes_are_read(string text, long bytes)
    {
        ByteSize.TryParse(text, out var size).ShouldBeTrue();
        size.Bytes.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData("1 2")]
    [InlineData("1 k b")]
    [InlineData("1PB")]
    [InlineData("0x10")]
    [InlineData("9223372036854775808")]
    [InlineData("10000000000GB")]
    [InlineData("99999999999999999999999999999999999")]
    public void Anything_else_is_no_size(string text) => ByteSize.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1 kB")]
    [InlineData(1_550, "1.6 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1 MB")]
    [InlineData(999_999_999, "1 GB")]
    [InlineData(1_500_000_000, "1.5 GB")]
    [InlineData(999_960_000_000, "1 TB")]
    [InlineData(long.MaxValue, "9223372 TB")]
    public void Sizes_are_shown_for_people(long bytes, string text) => new ByteSize(bytes).ToString().ShouldBe(text);
}
