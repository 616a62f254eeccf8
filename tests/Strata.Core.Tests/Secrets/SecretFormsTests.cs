using System.Text;
using Strata.Core.Secrets;

namespace Strata.Core.Tests.Secrets;

public sealed class SecretFormsTests
{
    private const string Value = "p+a\"s<s>w&o'r/d1=é";

    [Theory]
    [InlineData("""p+a\"s\u003cs\u003ew\u0026o'r/d1=é""")] // Go, Rails
    [InlineData("""p+a\"s\u003Cs\u003Ew\u0026o'r\/d1=\u00e9""")]
    [InlineData("""p+a\"s\u003cs\u003ew\u0026o\u0027r/d1\u003dé""")] // Gson
    [InlineData("""p+a\"s<s>w&o'r\/d1=\u00e9""")] // PHP
    [InlineData("""p+a\u0022s\u003Cs\u003Ew\u0026o\u0027r\/d1=\u00e9""")] // PHP with JSON_HEX_*
    [InlineData("""p+a\"s<s>w&o'r/d1=\u00e9""")] // Python
    [InlineData("""p\u002Ba\u0022s\u003Cs\u003Ew\u0026o\u0027r/d1=\u00E9""")] // .NET
    public void JSON_of_every_common_encoder_is_a_form_in_logs_and_files(string json)
    {
        SecretForms.Of(Value).Select(Encoding.UTF8.GetString).ShouldContain(json);
        SecretForms.InFiles(Value, 8).ShouldContain(form => form.Name == "JSON" && Encoding.UTF8.GetString(form.Bytes) == json);
    }

    [Fact]
    public void A_value_that_JSON_writes_as_it_is_has_no_form_more_for_it() => SecretForms.InFiles("abcdefgh12345678", 8).ShouldNotContain(form => form.Name == "JSON");
}
