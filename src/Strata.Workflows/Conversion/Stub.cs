namespace Strata.Workflows.Conversion;
public static class StarterWorkflow { public static string Text => ""; }
public static class WorkflowConversion { public static (string, IReadOnlyList<Strata.Core.Diagnostics.Diagnostic>) Convert(string f, ReadOnlyMemory<byte> b) => ("", []); }
