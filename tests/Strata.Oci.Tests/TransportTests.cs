using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Strata.Oci.Credentials;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

public sealed class TransportTests
{
    [Theory]
    [InlineData("docker.io", "https://registry-1.docker.io/")]
    [InlineData("ghcr.io", "https://ghcr.io/")]
    [InlineData("localhost", "http://localhost/")]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("localhost:443", "https://localhost/")]
    [InlineData("127.8.9.1:5000", "http://127.8.9.1:5000/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/")]
    [InlineData("reg.localhost:5000", "http://reg.localhost:5000/")]
    [InlineData("localhost.evil.test:5000", "https://localhost.evil.test:5000/")]
    [InlineData("127.0.0.1.evil.test", "https://127.0.0.1.evil.test/")]
    [InlineData("allowed.test:5000", "http://allowed.test:5000/")]
    [InlineData("port.test:5000", "http://port.test:5000/")]
    [InlineData("port.test:5001", "https://port.test:5001/")]
    [InlineData("127.0.0.1:5555", "https://127.0.0.1:5555/")]
    public void Only_loopback_and_allowed_hosts_are_plain(string registry, string url) =>
        new TransportPolicy(new()
        {
            InsecureHosts = new HashSet<string> { "allowed.test", "port.test:5000" },
            SecureHosts = new HashSet<string> { "127.0.0.1:5555" },
        }).BaseOf(registry).ToString().ShouldBe(url);

    [Fact]
    public void The_proxy_of_the_environment_is_not_asked_about_this_machine()
    {
        var proxy = new LoopbackBypassProxy(new WebProxy("http://proxy.test:3128", BypassOnLocal: false));
        proxy.IsBypassed(new("http://127.0.0.1:5000/")).ShouldBeTrue();
        proxy.IsBypassed(new("http://localhost:5000/")).ShouldBeTrue();
        proxy.IsBypassed(new("https://ghcr.io/")).ShouldBeFalse();
        proxy.GetProxy(new("https://ghcr.io/")).ShouldBe(new Uri("http://proxy.test:3128"));
    }

    [Fact]
    public async Task A_certificate_nobody_knows_is_named_as_the_reason()
    {
        using var scratch = new Scratch();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        await File.WriteAllTextAsync(scratch["cert.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(scratch["key.pem"], key.ExportPkcs8PrivateKeyPem());
        await using var registry = await RealRegistry.StartAsync(tls: (scratch["cert.pem"], scratch["key.pem"]));
        using var client = new RegistryClient(
            FakeRegistry.Quick with { SecureHosts = new HashSet<string> { registry.Host } }, new AnonymousCredentials(), TimeProvider.System);
        var failure = await Should.ThrowAsync<OciException>(() => client.FindManifestAsync(registry.Reference("x"), default));
        (failure.Failure, failure.Diagnostic.Code).ShouldBe((OciFailure.Unavailable, "STR3135"));
        failure.Message.ShouldContain("certificate is not trusted");
        failure.Diagnostic.Help.ShouldNotBeNull().ShouldContain("SSL_CERT_FILE");
    }

    [Fact]
    public async Task A_host_that_does_not_exist_is_named_as_the_reason()
    {
        using var client = FakeRegistry.Client(options: FakeRegistry.Quick with { RetriesMax = 0 });
        var failure = await Should.ThrowAsync<OciException>(() => client.FindManifestAsync(References.Reference.Parse("nowhere.invalid/x"), default));
        failure.Failure.ShouldBe(OciFailure.Unavailable);
    }
}
