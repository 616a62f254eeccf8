using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Strata.Cli;

/// <summary>Options that take a number, the same on every host: digits and a point. Anything else is a usage error that says what is expected.</summary>
internal static class NumberOption
{
    private const decimal PriceMax = 1_000_000;

    /// <summary>1 or more.</summary>
    public static Option<int> Count(string name, string description, int unless) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => unless,
        CustomParser = result =>
        {
            var text = TextOf(result);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : Refuse<int>(result, name, text, "a whole number, 1 or more");
        },
    };

    /// <summary>In whatever currency: 0 or more.</summary>
    public static Option<decimal> Price(string name, string description, decimal unless) => new(name)
    {
        HelpName = "PRICE",
        Description = description,
        DefaultValueFactory = _ => unless,
        CustomParser = result =>
        {
            var text = TextOf(result);
            return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price <= PriceMax
                ? price
                : Refuse<decimal>(result, name, text, "a number such as 0.09, with a point, from 0 to 1000000");
        },
    };

    private static string TextOf(ArgumentResult result) => result.Tokens is [var token, ..] ? token.Value : "";

    private static T? Refuse<T>(ArgumentResult result, string name, string text, string expected)
    {
        result.AddError($"'{text}' is not a value for {name}: expected {expected}.");
        return default;
    }
}
