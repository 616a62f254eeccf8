using System.Text;
using Strata.Oci.Credentials;

namespace Strata.Oci.Tests;

public sealed class CredentialTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("ghcr.io", "owner/app", "owner")]
    [InlineData("ghcr.io", "owner/app/deep", "owner")]
    [InlineData("ghcr.io", "ownership/app", "all")]
    [InlineData("docker.io", "library/debian", "hub")]
    [InlineData("localhost:5000", "x", "local")]
    [InlineData("localhost:5001", "x", null)]
    [InlineData("registry.test", "x", "url")]
    [InlineData("broken.test", "x", null)]
    [InlineData("plain.test", "x", "plain")]
    public async Task The_most_special_entry_is_found(string registry, string repository, string? user)
    {
        Write("config.json", $$"""
            { "auths": {
                "ghcr.io": { "auth": "{{Encode("all:1")}}" },
                "ghcr.io/owner": { "auth": "{{Encode("owner:pass:word")}}" },
                "https://index.docker.io/v1/": { "auth": "{{Encode("hub:3")}}" },
                "localhost:5000": { "auth": "{{Encode("local:4\0\0")}}" },
                "https://Registry.test/v2/": { "auth": "{{Encode("url:5")}}" },
                "broken.test": { "auth": "%%%" },
                "nothing.test": null,
                "plain.test": { "username": "plain", "password": "6" } },
              "HttpHeaders": { "x": "y" } }
            """);
        var lookup = await Source("config.json").FindAsync(registry, repository, default);
        (lookup.Credential?.UserName).ShouldBe(user);
        (lookup.Credential?.Password).ShouldBe(user switch { "owner" => "pass:word", "all" => "1", "hub" => "3", "local" => "4", "url" => "5", "plain" => "6", _ => null });
    }

    [Fact]
    public async Task Identity_tokens_are_told_from_passwords()
    {
        Write("config.json", $$"""{"auths":{"a.test":{"auth":"{{Encode("00000000:")}}","identitytoken":"TOKEN"} } }""");
        (await Source("config.json").FindAsync("a.test", "x", default)).Credential.ShouldBe(new("00000000", "", "TOKEN"));
    }

    [Fact]
    public async Task The_first_file_that_knows_counts_and_missing_ones_do_not()
    {
        Write("two.json", $$"""{"auths":{"a.test":{"auth":"{{Encode("two:2")}}"} } }""");
        Write("three.json", $$"""{"auths":{"a.test":{"auth":"{{Encode("three:3")}}"},"b.test":{"auth":"{{Encode("b:3")}}"} } }""");
        var source = Source("one.json", "two.json", "three.json");
        (await source.FindAsync("a.test", "x", default)).Credential!.UserName.ShouldBe("two");
        (await source.FindAsync("b.test", "x", default)).Credential!.UserName.ShouldBe("b");
        (await source.FindAsync("c.test", "x", default)).ShouldBe(CredentialLookup.None);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":[]}""")]
    public async Task A_broken_file_is_a_note_and_no_failure(string json)
    {
        Write("config.json", json);
        var lookup = await Source("config.json").FindAsync("a.test", "x", default);
        lookup.Credential.ShouldBeNull();
        lookup.Problem.ShouldNotBeNull().ShouldContain("config.json");
    }

    [Fact]
    public async Task A_helper_is_asked_for_its_registry()
    {
        Helper("fake", """read server; [ "$1" = get ] || exit 9; printf '{"ServerURL":"%s","Username":"%s","Secret":"s3cret"}' "$server" "user@$server" """);
        Helper("hub", """read server; printf '{"Username":"<token>","Secret":"%s"}' "$server" """);
        Write("config.json", """{"credHelpers":{"a.test:5000":"fake"},"credsStore":"hub"}""");
        (await Source("config.json").FindAsync("a.test:5000", "x", default)).Credential.ShouldBe(new("user@a.test:5000", "s3cret"));
        (await Source("config.json").FindAsync("docker.io", "x", default)).Credential.ShouldBe(new("", "", "https://index.docker.io/v1/"));
    }

    [Fact]
    public async Task A_helper_that_knows_nothing_leaves_the_file()
    {
        Helper("none", "echo 'credentials not found in native keychain'; exit 1");
        Write("config.json", $$"""{"credsStore":"none","auths":{"a.test":{"auth":"{{Encode("file:1")}}"},"b.test":{} } }""");
        (await Source("config.json").FindAsync("a.test", "x", default)).Credential!.UserName.ShouldBe("file");
        (await Source("config.json").FindAsync("b.test", "x", default)).ShouldBe(CredentialLookup.None);
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("echo '{'", "cannot be used")]
    [InlineData("head -c 300000 /dev/zero", "cannot be used")]
    [InlineData(null, "could not be started")]
    public async Task A_helper_that_fails_is_a_note_and_no_failure(string? script, string note)
    {
        if (script is not null)
        {
            Helper("bad", script);
        }

        Write("config.json", """{"credsStore":"bad"}""");
        var lookup = await Source("config.json").FindAsync("a.test", "x", default);
        lookup.Credential.ShouldBeNull();
        lookup.Problem.ShouldNotBeNull().ShouldContain(note);
    }

    [Fact]
    public async Task A_helper_that_hangs_is_ended_with_its_children()
    {
        Helper("slow", $"echo $$ > {_scratch["pid"]}; sleep 1000 & wait");
        Write("config.json", """{"credsStore":"slow"}""");
        using var cancel = new CancellationTokenSource();
        var find = Source("config.json").FindAsync("a.test", "x", cancel.Token).AsTask();
        while (!File.Exists(_scratch["pid"]) || (await File.ReadAllTextAsync(_scratch["pid"])).Length == 0)
        {
            await Task.Delay(10);
        }

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => find);
        var pid = (await File.ReadAllTextAsync(_scratch["pid"])).Trim();
        while (File.Exists($"/proc/{pid}/stat") && !(await StateAsync(pid)).Contains(") Z"))
        {
            await Task.Delay(10);
        }
    }

    [Theory]
    [InlineData("../../bin/x")]
    [InlineData("a b")]
    public async Task A_helper_has_a_name_and_no_path(string name)
    {
        Write("config.json", $$"""{"credsStore":"{{name}}"}""");
        (await Source("config.json").FindAsync("a.test", "x", default)).Problem.ShouldNotBeNull().ShouldContain("cannot be the name");
    }

    [Fact]
    public void Files_are_looked_for_where_docker_and_podman_keep_them()
    {
        Dictionary<string, string?> environment = new() { ["HOME"] = "/home/u", ["XDG_RUNTIME_DIR"] = "/run/user/7" };
        CredentialFiles.Paths(environment.GetValueOrDefault).Where(path => !path.StartsWith("/run/containers/", StringComparison.Ordinal))
            .ShouldBe(["/home/u/.docker/config.json", "/run/user/7/containers/auth.json", "/home/u/.config/containers/auth.json"]);
        environment = new() { ["DOCKER_CONFIG"] = "/d", ["REGISTRY_AUTH_FILE"] = "/r.json" };
        CredentialFiles.Paths(environment.GetValueOrDefault).Take(2).ShouldBe(["/r.json", "/d/config.json"]);
    }

    [Fact]
    public void Secrets_are_not_printed() => new Credential("u", "s3cret", "t0ken").ToString().ShouldNotContain("0ken");

    private static async Task<string> StateAsync(string pid)
    {
        try
        {
            return await File.ReadAllTextAsync($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return ") Z";
        }
    }

    private CredentialFiles Source(params string[] names) => new([.. names.Select(name => _scratch[name])], TimeProvider.System);

    private void Write(string name, string json) => File.WriteAllText(_scratch[name], json);

    private void Helper(string name, string script)
    {
        var path = _scratch[$"docker-credential-{name}"];
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{_scratch.Root}:{_path}");
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
