using System.Text.Json;

namespace Strata.Oci.Credentials;

/// <summary>
/// The credentials docker and podman keep for this user, read at each look-up (they change by `docker login`). The first file that
/// knows the registry counts: $REGISTRY_AUTH_FILE, docker's config.json, podman's auth.json.
/// </summary>
public sealed class CredentialFiles : ICredentialSource
{
    private readonly IReadOnlyList<string> _paths;
    private readonly TimeProvider _time;

    public CredentialFiles(TimeProvider time)
        : this(Paths(Environment.GetEnvironmentVariable), time)
    {
    }

    internal CredentialFiles(IReadOnlyList<string> paths, TimeProvider time) => (_paths, _time) = (paths, time);

    public async ValueTask<CredentialLookup> FindAsync(string registry, string repository, CancellationToken cancellationToken)
    {
        string? problem = null;
        foreach (var path in _paths)
        {
            var lookup = await FindInAsync(path, registry, repository, cancellationToken).ConfigureAwait(false);
            if (lookup.Credential is not null)
            {
                return lookup;
            }

            problem ??= lookup.Problem;
        }

        return problem is null ? CredentialLookup.None : new(null, problem);
    }

    private async ValueTask<CredentialLookup> FindInAsync(string path, string registry, string repository, CancellationToken cancellationToken)
    {
        try
        {
            if (await AuthFile.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } file)
            {
                return CredentialLookup.None;
            }

            var lookup = file.HelperFor(registry) is var (name, server)
                ? await HelperProgram.GetAsync(name, server, _time, cancellationToken).ConfigureAwait(false)
                : CredentialLookup.None;
            return lookup.Credential is null && file.Find(registry, repository) is { } written ? new(written) : lookup;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null, $"{path} could not be read ({e.Message}).");
        }
        catch (JsonException)
        {
            return new(null, $"{path} is not valid JSON of a docker configuration.");
        }
    }

    internal static IReadOnlyList<string> Paths(Func<string, string?> environment)
    {
        List<string> paths = [];
        if (environment("REGISTRY_AUTH_FILE") is { Length: > 0 } explicitFile)
        {
            paths.Add(explicitFile);
        }

        var home = environment("HOME") is { Length: > 0 } directory ? directory : null;
        Add(environment("DOCKER_CONFIG") ?? Below(home, ".docker"), "config.json");
        Add(environment("XDG_RUNTIME_DIR"), "containers/auth.json");
        Add(Environment.IsPrivilegedProcess ? "/run/containers/0" : null, "auth.json");
        Add(environment("XDG_CONFIG_HOME") ?? Below(home, ".config"), "containers/auth.json");
        return paths;

        void Add(string? root, string name)
        {
            if (!string.IsNullOrEmpty(root))
            {
                paths.Add(Path.Combine(root, name));
            }
        }

        static string? Below(string? root, string name) => root is null ? null : Path.Combine(root, name);
    }
}
