using Strata.Core;
using Strata.Images.Recipes;

namespace Strata.Images.Keys;

/// <summary>What the layer of a recipe's step is made of, on an image as far as it is built.</summary>
internal static class StepInputs
{
    /// <param name="below">Snapshot digest of what is built so far.</param>
    /// <param name="config">Of what is built so far.</param>
    /// <param name="args">All that the recipe and the build give.</param>
    public static KeyInputs Of(RecipeStep.Run step, Digest below, ImageConfig config, IReadOnlyDictionary<string, string> args) => new()
    {
        Below = below,
        Instruction = "run",
        Platform = ImageDigest.Platform,
        Command = step.Command,
        Shell = step.Shell ?? RecipeStep.Run.DefaultShell,
        Env = Over(config.Environment, step.Env),
        Args = NamedArgs.Of(step, args),
        User = config.User,
        WorkingDirectory = config.WorkingDirectory,
        Network = step.Network,
    };

    /// <param name="files">Of what is copied; null: not known, so it is no whole key.</param>
    public static KeyInputs Of(RecipeStep.Copy step, Digest below, ImageConfig config, Digest? files) => new()
    {
        Below = below,
        Instruction = "copy",
        Platform = ImageDigest.Platform,
        Files = files,
        To = step.To,
        Mode = step.Mode,
        Owner = step.Owner,
        WorkingDirectory = step.To.StartsWith('/') ? null : config.WorkingDirectory,
    };

    public static KeyInputs Of(RecipeStep.SetWorkingDirectory step, Digest below) =>
        new() { Below = below, Instruction = "workdir", Platform = ImageDigest.Platform, WorkingDirectory = step.Path };

    public static Dictionary<string, string> Over(IReadOnlyDictionary<string, string> below, IReadOnlyDictionary<string, string> above)
    {
        var merged = new Dictionary<string, string>(below, StringComparer.Ordinal);
        if (above.Count > 0) // going through nothing is not compiled ahead
        {
            foreach (var (name, value) in above)
            {
                merged[name] = value;
            }
        }

        return merged;
    }
}
