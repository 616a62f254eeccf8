using System.Text;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

public sealed class AuthorizationTests
{
    private static readonly Platform Amd64 = new("linux", "amd64");

    [Fact]
    public async Task Without_a_challenge_nothing_is_sent()
    {
        await using var registry = new FakeRegistry();
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        (await client.FindManifestAsync(registry.Reference(), default)).ShouldNotBeNull();
        registry.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task A_password_is_sent_where_it_is_asked_for()
    {
        await using var registry = new FakeRegistry((_, request) =>
            request.Authorization == "Basic " + Convert.ToBase64String("üser:pass:word"u8) ? null : FakeResponse.Of(401, ("WWW-Authenticate", "Basic realm=\"registry\"")));
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client(new FixedCredentials(new("üser", "pass:word")));
        await client.GetImageAsync(registry.Reference(), Amd64, default);
        registry.Requests.Count(request => request.Authorization is null).ShouldBe(1); // learnt once
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_not_tried_for_ever()
    {
        await using var registry = new FakeRegistry((_, _) =>
            FakeResponse.Json(401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required\u001b[31m"}]}""", ("WWW-Authenticate", "Basic realm=\"r\"")));
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "wrong")));
        var failure = await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default));
        failure.Failure.ShouldBe(OciFailure.Unauthorized);
        failure.Diagnostic.Code.ShouldBe("STR3132");
        failure.Diagnostic.Help.ShouldNotBeNull().ShouldContain("authentication required");
        failure.Diagnostic.Help.ShouldNotContain("\u001b");
        failure.Diagnostic.ToString().ShouldNotContain("wrong");
        registry.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Why_there_are_no_credentials_is_part_of_the_message()
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Of(401, ("WWW-Authenticate", "Basic realm=\"r\"")));
        using var client = FakeRegistry.Client(new FixedCredentials(null, "docker-credential-desktop could not be started (no such file)."));
        var failure = await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default));
        failure.Diagnostic.Help.ShouldNotBeNull().ShouldContain("docker-credential-desktop");
    }

    [Fact]
    public async Task A_token_is_fetched_for_the_repository_and_used_again()
    {
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, """{"token":"T1","expires_in":300}"""));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        await client.GetImageAsync(registry.Reference(), Amd64, default);
        var request = tokens.Requests.ShouldHaveSingleItem();
        request.Query.ShouldBe("service=registry.test&scope=repository:team/app:pull&account=user");
        request.Authorization.ShouldBe("Basic " + Convert.ToBase64String("user:password"u8));
        registry.Requests.Count.ShouldBe(4 - 1 + 0); // refused once, manifest, config
    }

    [Fact]
    public async Task Anonymous_users_get_tokens_too()
    {
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, """{"access_token":"T1"}"""));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client();
        await client.GetManifestAsync(registry.Reference(), default);
        tokens.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_by_post()
    {
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, """{"access_token":"T1","expires_in":300,"refresh_token":"next"}"""));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client(new FixedCredentials(new("", "", "IDENTITY/+=")));
        await client.GetManifestAsync(registry.Reference(), default);
        var request = tokens.Requests.ShouldHaveSingleItem();
        request.Method.ShouldBe("POST");
        request.Authorization.ShouldBeNull();
        request.Query.ShouldBeEmpty();
        request.Text.ShouldBe("grant_type=refresh_token&service=registry.test&client_id=strata&scope=repository%3Ateam%2Fapp%3Apull&refresh_token=IDENTITY%2F%2B%3D");
    }

    [Fact]
    public async Task A_token_that_ended_is_fetched_anew()
    {
        var issued = 0;
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, $$"""{"token":"T{{++issued}}","expires_in":300}"""));
        await using var registry = new FakeRegistry((_, request) => request.Authorization == $"Bearer T{Math.Max(issued, 1)}" ? null : Refuse(tokens));
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client();
        await client.GetManifestAsync(registry.Reference(), default);
        issued++; // the server forgets T1 before its time
        await client.GetManifestAsync(registry.Reference(), default);
        tokens.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Tokens_are_kept_for_as_long_as_the_server_says()
    {
        var time = new ManualTime();
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, """{"token":"T1","expires_in":300}"""));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = new RegistryClient(FakeRegistry.Quick, new AnonymousCredentials(), time);
        await client.GetManifestAsync(registry.Reference(), default);
        time.Advance(TimeSpan.FromSeconds(280));
        await client.GetManifestAsync(registry.Reference(), default);
        tokens.Requests.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(15));
        await client.GetManifestAsync(registry.Reference(), default);
        tokens.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Many_requests_at_once_fetch_one_token()
    {
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, """{"token":"T1","expires_in":300}"""));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetManifestAsync(registry.Reference(), default)));
        tokens.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_registry_that_refuses_every_token_ends_it()
    {
        var issued = 0;
        await using var tokens = new FakeServer(request => FakeResponse.Json(200, $$"""{"token":"T{{Interlocked.Increment(ref issued)}}"}"""));
        await using var registry = new FakeRegistry((_, _) => Refuse(tokens));
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Failure.ShouldBe(OciFailure.Unauthorized);
        registry.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_token_server_that_refuses_is_the_reason_given()
    {
        await using var tokens = new FakeServer(_ => FakeResponse.Json(401, """{"details":"incorrect username or password"}"""));
        await using var registry = Bearer(tokens, "T1");
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "old")));
        var failure = await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default));
        failure.Failure.ShouldBe(OciFailure.Unauthorized);
        failure.Diagnostic.Help.ShouldNotBeNull().ShouldContain("incorrect username or password");
    }

    [Theory]
    [InlineData("http://192.0.2.1/token")]
    [InlineData("ftp://127.0.0.1/token")]
    public async Task Credentials_go_to_no_token_server_without_https(string realm)
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Of(401, ("WWW-Authenticate", $"Bearer realm=\"{realm}\",service=\"s\"")));
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Diagnostic.Code.ShouldBe("STR3141");
    }

    [Fact]
    public async Task A_token_server_that_redirects_elsewhere_leaks_nothing()
    {
        await using var other = new FakeServer(_ => FakeResponse.Json(200, """{"token":"T1"}"""));
        await using var tokens = new FakeServer(_ => FakeResponse.Of(307, ("Location", $"http://{other.Host}/token")));
        await using var registry = Bearer(tokens, "T1");
        registry.AddImage(Amd64, "latest");
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        await client.GetManifestAsync(registry.Reference(), default);
        other.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"token":"a\r\nX-Evil: 1"}""")]
    [InlineData("""{"token":""}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task A_token_that_is_none_is_refused(string answer)
    {
        await using var tokens = new FakeServer(_ => FakeResponse.Json(200, answer));
        await using var registry = Bearer(tokens, "T1");
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Failure.ShouldBe(OciFailure.Refused);
    }

    [Fact]
    public void Challenges_are_read_as_rfc_9110_writes_them()
    {
        var parameters = Challenge.Parameters("""realm="https://a/b,c=\"d\"" , Service = reg.io,scope="repository:a:pull,push", x="open""");
        parameters["realm"].ShouldBe("https://a/b,c=\"d\"");
        parameters["service"].ShouldBe("reg.io");
        parameters["SCOPE"].ShouldBe("repository:a:pull,push");
        foreach (var text in (string[])["", "=", "a", "a=", "a=\"", "a=\"\\", ",,,", "a=b,,c=d", "=\"x\""])
        {
            Should.NotThrow(() => Challenge.Parameters(text));
        }
    }

    private static FakeRegistry Bearer(FakeServer tokens, string token) =>
        new((_, request) => request.Authorization == $"Bearer {token}" ? null : Refuse(tokens));

    private static FakeResponse Refuse(FakeServer tokens) =>
        FakeResponse.Of(401, ("WWW-Authenticate", $"Bearer realm=\"http://{tokens.Host}/token\",service=\"registry.test\",scope=\"repository:other:pull,push\""));
}
