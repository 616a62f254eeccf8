using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Hermetic;
using Strata.Execution.Logs;

namespace Strata.Execution.Tests.Hermetic;

public sealed class StepRecordTests
{
    [Fact]
    public void What_was_recorded_is_applied_and_shown_as_it_was()
    {
        var effects = new StepEffects();
        effects.Outputs["made"] = "yes\nand more";
        effects.Environment["NAME"] = "value";
        effects.Paths.AddRange(["/first", "/second"]);
        var log = new LogRecording();
        log.Add(LogKind.Output, "a line", null);
        log.Add(LogKind.Warning, "careful", new Dictionary<string, string> { ["file"] = "a.c" });

        var record = StepRecord.Parse(StepRecord.Of(effects, summary: null, log).ToJson())!;
        var again = record.ToEffects();

        again.Outputs.ShouldBe(effects.Outputs);
        again.Environment.ShouldBe(effects.Environment);
        again.Paths.ShouldBe(effects.Paths);
        record.Summary.ShouldBeNull();
        record.Log.Select(static line => (line.Kind, line.Text)).ShouldBe([(LogKind.Output, "a line"), (LogKind.Warning, "careful")]);
        record.Log[1].Properties!["file"].ShouldBe("a.c");
    }

    [Fact]
    public void Names_are_texts_that_may_tell_a_secret_too()
    {
        var effects = new StepEffects();
        effects.Outputs["first-name"] = "1";
        effects.Environment["SECOND_NAME"] = "2";

        StepRecord.Of(effects, summary: null, new LogRecording()).Texts().ShouldBe(["first-name", "1", "SECOND_NAME", "2"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"format":"strata.step-record/2","outputs":{},"env":{},"paths":[],"log":[]}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":[],"env":{},"paths":[],"log":[],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{"a":1},"env":{},"paths":[],"log":[],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[null],"log":[],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[]}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[],"log":[{"kind":"Shout","text":"x"}],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[],"log":[{"kind":"7","text":"x"}],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[],"log":[{"kind":"Output"}],"logCut":0}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[],"log":[],"logCut":1.5}""")]
    [InlineData("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":["\ud800"],"log":[],"logCut":0}""")]
    public void What_is_no_record_is_none(string? json) => StepRecord.Parse(json).ShouldBeNull();

    /// <summary>As it was written by the serializer, before it was written by hand.</summary>
    [Fact]
    public void Its_text_is_what_it_always_was()
    {
        var effects = new StepEffects();
        effects.Outputs["a"] = "ä\n";
        effects.Environment["E"] = "1";
        effects.Paths.Add("/bin");
        var log = new LogRecording();
        log.Add(LogKind.Output, "x", null);
        log.Add(LogKind.Warning, "y", new Dictionary<string, string> { ["line"] = "3" });
        var json = StepRecord.Of(effects, "s", log).ToJson();
        json.ShouldBe("""{"format":"strata.step-record/1","outputs":{"a":"\u00E4\n"},"env":{"E":"1"},"paths":["/bin"],"summary":"s","log":[{"kind":"Output","text":"x"},{"kind":"Warning","text":"y","properties":{"line":"3"}}],"logCut":0}""");
        StepRecord.Parse(json)!.ToJson().ShouldBe(json);
        StepRecord.Of(new(), null, new()).ToJson().ShouldBe("""{"format":"strata.step-record/1","outputs":{},"env":{},"paths":[],"log":[],"logCut":0}""");
    }

    [Fact]
    public void A_log_that_is_too_long_is_kept_in_part_and_says_so()
    {
        var log = new LogRecording();
        for (var i = 0; i < 3; i++)
        {
            log.Add(LogKind.Output, new string('x', LogRecording.SizeMax / 2), null);
        }

        log.Lines.Count.ShouldBe(1);
        log.Cut.ShouldBe(2);
    }
}
