using System.Text;
using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Masking;

namespace Strata.Execution.Tests.Commands;

public sealed class CommandInterpreterTests
{
    private readonly SecretMasker _masker = new();
    private readonly StepEffects _effects = new();

    private static string Say(CommandInterpreter interpreter, string line) =>
        interpreter.TryObey(Encoding.UTF8.GetBytes(line), out var shown)
            ? string.Join("|", shown.Select(s => $"{s.Kind}:{s.Text}{Properties(s.Properties)}"))
            : "output";

    private static string Properties(IReadOnlyDictionary<string, string>? properties) =>
        properties is null or { Count: 0 } ? "" : $"[{string.Join(";", properties.Select(p => $"{p.Key}={p.Value}"))}]";

    private CommandInterpreter New(bool unsecure = false, bool echo = false) => new(_masker, _effects, unsecure, echo);

    [Theory]
    [InlineData("::error::broken", "Error:broken")]
    [InlineData("  ::warning file=a.c,line=1,col=2,title=T%2C%3AU%25::m%0An%25", "Warning:m\nn%[file=a.c;line=1;col=2;title=T,:U%]")]
    [InlineData("::notice title=x::", "Notice:[title=x]")]
    [InlineData("::debug::d", "Debug:d")]
    [InlineData("::group::G", "Group:G")]
    [InlineData("::endgroup::", "EndGroup:")]
    [InlineData("::ERROR::x", "Error:x")]
    [InlineData("::error::%250A", "Error:%0A")]
    [InlineData("::unknown::x", "output")]
    [InlineData("::error", "output")]
    [InlineData("::::x", "output")]
    [InlineData("x ::error::y", "output")]
    [InlineData("plain", "output")]
    public void Annotations(string line, string expected) => Say(New(), line).ShouldBe(expected);

    [Fact]
    public void Outputs_and_state_still_work_and_warn_once()
    {
        var interpreter = New();
        Say(interpreter, "::set-output name=a::1").ShouldStartWith("Warning:'::set-output::' is deprecated");
        Say(interpreter, "::set-output name=b::2").ShouldBe("");
        Say(interpreter, "::save-state name=s::3").ShouldStartWith("Warning:");
        _effects.Outputs.ShouldBe(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        _effects.State["s"].ShouldBe("3");
        _effects.Failure.ShouldBeNull();
    }

    [Fact]
    public void Stop_commands_makes_text_of_commands_until_its_token()
    {
        var interpreter = New();
        Say(interpreter, "::stop-commands::tok1").ShouldBe("");
        Say(interpreter, "::error::x").ShouldBe("output");
        Say(interpreter, "::tok1::").ShouldBe("");
        Say(interpreter, "::error::x").ShouldBe("Error:x");
    }

    [Fact]
    public void Setting_variables_by_output_is_refused_unless_allowed()
    {
        Say(New(), "::set-env name=A::1").ShouldStartWith("Error:");
        _effects.Failure.ShouldNotBeNull();
        _effects.Environment.ShouldBeEmpty();

        var allowed = new StepEffects();
        var interpreter = new CommandInterpreter(_masker, allowed, allowUnsecure: true, echo: false);
        Say(interpreter, "::set-env name=A::1").ShouldBe("");
        Say(interpreter, "::add-path::/x").ShouldBe("");
        Say(interpreter, "::set-env name=NODE_OPTIONS::--require x").ShouldStartWith("Warning:");
        allowed.Environment.ShouldBe(new Dictionary<string, string> { ["A"] = "1" });
        allowed.Paths.ShouldBe(["/x"]);
    }

    [Fact]
    public void Add_mask_counts_at_once_and_is_never_shown()
    {
        var interpreter = New(echo: true);
        Say(interpreter, "::add-mask::s3cret-value").ShouldBe("");
        _masker.MaskText("a s3cret-value b").ShouldBe("a *** b");
        Say(interpreter, "::add-mask::").ShouldStartWith("Warning:");
        Say(interpreter, "::add-mask::abc").ShouldStartWith("Warning:");
    }

    [Fact]
    public void Echo_shows_what_is_obeyed()
    {
        var interpreter = New();
        Say(interpreter, "::echo::on").ShouldBe("Output:::echo::on");
        Say(interpreter, "::add-matcher::x.json").ShouldStartWith("Output:::add-matcher::x.json|Warning:");
        Say(interpreter, "::echo::off").ShouldBe("");
        Say(interpreter, "::echo::maybe").ShouldStartWith("Error:");
    }
}
