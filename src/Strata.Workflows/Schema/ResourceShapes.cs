using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Limits of jobs and of images' commands. A class of its own: shapes that refer to each other both ways would be half-made at the start.</summary>
internal static class ResourceShapes
{
    public static ObjectShape Limits { get; } = new("resources",
    [
        Key("cpu", NumberOrText, "Cores; a fraction is allowed."),
        Key("memory", NumberOrText, "Memory, as 2GiB or 512m."),
        Key("pids", Number, "Processes and threads."),
        Key("disk", NumberOrText, "What may be written, as 20GB."),
    ]);
}
