using Strata.Layers.Mounting;
using Strata.Sandbox.Diagnosis;

namespace Strata.Cli.Doctor;

/// <summary>How jobs get the trees they stand on.</summary>
internal static class LayerDiagnosis
{
    private const string Name = "layers";

    /// <param name="data">Made if it is missing.</param>
    public static Finding Run(string data)
    {
        try
        {
            Directory.CreateDirectory(data);
            return LayerMountProbe.Probe(data) switch
            {
                LayerMountMethod.File => new(Name, FindingStatus.Ok, "mounted straight from their file", null),
                LayerMountMethod.Loop => new(Name, FindingStatus.Ok, "mounted through loop devices", null),
                _ => new(
                    Name, FindingStatus.Warning, "cannot be mounted by this user or kernel: each is extracted before a job stands on it",
                    "Run as root on a kernel with EROFS (modprobe erofs); Linux 6.12 needs no loop devices."),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(Name, FindingStatus.Missing, e.Message, "Make room in the data directory, or name another with --data.");
        }
    }
}
