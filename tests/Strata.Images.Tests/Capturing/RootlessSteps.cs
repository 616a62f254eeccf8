using Strata.Layers.Trees;
using Strata.Sandbox.Rootless;

namespace Strata.Images.Tests.Capturing;

/// <summary>Steps whose layers are the same whoever builds them.</summary>
internal static class RootlessSteps
{
    public static readonly string[] Commands =
    [
        "mkdir -p /opt/a && echo x > /opt/a/x && chown 7:8 /opt/a/x && ln /opt/a/x /opt/a/y && chmod 4755 /opt/a/y && rm -r /var/keep && chmod 750 /root",
        "mv /opt/a /opt/b && mkdir /opt/a && echo other > /opt/a/x && chown 60000 /opt/b",
    ];

    /// <summary>In a child that is a normal user's.</summary>
    public static async Task<int> RunAsync(string directory)
    {
        RootlessReexec.EnterIfNeeded();
        foreach (var line in await BuildAsync(OwnerPolicy.Rootless, directory))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    public static async Task<IReadOnlyList<string>> BuildAsync(OwnerPolicy owners, string? directory)
    {
        var secrets = new Dictionary<string, string> { ["TOKEN"] = "a long enough value" };
        await using var room = await BuildRoom.SmallAsync(owners, directory);
        var lines = new List<string>();
        foreach (var command in Commands)
        {
            var layer = await room.BuildAsync($"cat /run/secrets/TOKEN; {command}", r => r with { Secrets = secrets });
            lines.AddRange([.. LayerListing.Of(layer), layer.Digest.ToString(), room.Output]);
            await room.StandOnAsync(layer);
        }

        return lines;
    }
}
