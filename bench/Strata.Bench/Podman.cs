namespace Strata.Bench;

/// <summary>`podman run` of the same tree, with storage of its own that is thrown away.</summary>
internal sealed class Podman(ThrowawayDirectory directory, string tree)
{
    public Task RunAsync() => Shell.RunAsync(
        $"exec podman --root {directory.File("podman")} --runroot {directory.File("podman-run")} --cgroup-manager cgroupfs --runtime runc run --rm --network none"
        + $" --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs {tree}:O /bin/true",
        directory.Path);
}
