using Strata.Core.Text;

namespace Strata.Core.Tests.Text;

public class LifetimeTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("12h", 43_200)]
    [InlineData("7d", 604_800)]
    [InlineData("2w", 1_209_600)]
    [InlineData(" 1d12h ", 129_600)]
    [InlineData("1h1h", 7_200)]
    [InlineData("3650d", 315_360_000)]
    public void Durations_are_read(string text, int seconds)
    {
        Lifetime.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("10")]
    [InlineData("d")]
    [InlineData("1d12")]
    [InlineData("1D")]
    [InlineData("1y")]
    [InlineData("-1d")]
    [InlineData("1.5h")]
    [InlineData("1d 12h")]
    [InlineData("3651d")]
    [InlineData("1000000w")]
    [InlineData("3000d3000d")]
    [InlineData("99999999999999999999s")]
    public void Anything_else_is_no_duration(string text) => Lifetime.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("7d", "7d")]
    [InlineData("2w", "14d")]
    [InlineData("36h", "1d12h")]
    [InlineData("90s", "1m30s")]
    public void It_is_written_as_it_may_be_read(string text, string written)
    {
        Lifetime.TryParse(text, out var duration).ShouldBeTrue();
        Lifetime.Write(duration).ShouldBe(written);
    }

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(850, "850 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(12_340, "12.3 s")]
    [InlineData(59_949, "59.9 s")]
    [InlineData(59_960, "1 m 00 s")]
    [InlineData(245_000, "4 m 05 s")]
    [InlineData(3_599_999, "1 h 00 m")]
    [InlineData(7_380_000, "2 h 03 m")]
    [InlineData(172_799_000, "47 h 59 m")]
    [InlineData(180_000_000, "2 d 02 h")]
    [InlineData(2_592_000_000, "30 d 00 h")]
    public void Durations_are_shown_for_people(double milliseconds, string text) =>
        Lifetime.Format(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);
}
