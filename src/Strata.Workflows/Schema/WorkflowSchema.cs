namespace Strata.Workflows.Schema;
public static class WorkflowSchema { public static void Write(System.Text.Json.Utf8JsonWriter w) { } }
