using Strata.Cli.Configuration;
using Strata.Core.Diagnostics;
using Strata.Storage;

namespace Strata.Cli.Tests;

public sealed class CacheConfigurationTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-cli-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void The_block_is_read_as_it_is_documented()
    {
        var (settings, problems) = Read("cache: {enabled: true, storage: {type: s3, bucket: builds, region: eu-central-1}, ttl: 7d, max_size: 500GB, types: [docker, npm, yarn, pip]}");
        problems.ShouldBeEmpty();
        (settings.Enabled, settings.Ttl, settings.SizeBytesMax).ShouldBe((true, TimeSpan.FromDays(7), 500_000_000_000));
        settings.Storage.ShouldBe(new StorageLocation.OfS3("builds", "", null, "eu-central-1", null));
        (settings.IsActive("npm"), settings.IsActive("maven")).ShouldBe((true, false));
    }

    [Fact]
    public void Yarn_means_both_of_its_presets()
    {
        Read("cache: { types: [yarn] }").Settings.IsActive("yarn-berry").ShouldBeTrue();
        Read("cache: { types: [yarn-berry] }").Settings.IsActive("yarn").ShouldBeFalse();
    }

    [Fact]
    public void Nothing_needs_to_be_said()
    {
        var (settings, problems) = Read("runtime: crun");
        problems.ShouldBeEmpty();
        (settings.Enabled, settings.Ttl, settings.SizeBytesMax, settings.IsActive("maven")).ShouldBe((true, TimeSpan.FromDays(7), null, true));
    }

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("'0.5 %'", 0.005)]
    [InlineData("100", 1)]
    public void A_share_of_hits_may_be_verified(string text, double share) => Read($"cache: {{verify: {text}}}").Settings.VerifyShare.ShouldBe(share, 1e-9);

    [Theory]
    [InlineData("101%")]
    [InlineData("-1%")]
    [InlineData("all")]
    public void What_is_no_share_is_refused(string text) => Read($"cache: {{verify: {text}}}").Problems.ShouldHaveSingleItem().Message.ShouldContain("percentage");

    [Fact]
    public void A_store_may_be_a_directory_or_need_an_endpoint_and_a_profile()
    {
        Read("cache: {storage: {type: filesystem, path: /srv/cache}}").Settings.Storage.ShouldBe(new StorageLocation.OfFiles("/srv/cache"));
        Read("cache: {storage: {type: s3, bucket: builds, endpoint: 'http://127.0.0.1:7480', prefix: p, credentials: {profile: ci}}}").Settings.Storage
            .ShouldBe(new StorageLocation.OfS3("builds", "p", new("http://127.0.0.1:7480"), null, "ci"));
        Read("cache: {enabled: false, max_size_per_org: 2GB, max_size_per_repo: 1GB}").Settings.SweepPolicy.ShouldBe(new() { OrganizationBytesMax = 2_000_000_000, RepositoryBytesMax = 1_000_000_000 });
    }

    [Theory]
    [InlineData("cache: {enbled: true}", "Did you mean 'enabled'?")]
    [InlineData("cache: {enabled: perhaps}", "false")]
    [InlineData("cache: {ttl: soon}", "7d")]
    [InlineData("cache: {max_size: big}", "500GB")]
    [InlineData("cache: {max_size: big}", "without a unit it counts bytes")]
    [InlineData("cache: {max_size: 0}", "enabled: false")]
    [InlineData("cache: {max_size_per_repo: 0GB}", "enabled: false")]
    [InlineData("layers: {max-size: 0}", "default")]
    [InlineData("artifacts: {quota: 0}", "no limit")]
    [InlineData("cache: {types: npm}", "[npm, pip]")]
    [InlineData("cache: {types: [nmp]}", "Did you mean 'npm'?")]
    [InlineData("cache: {storage: s3}", "type: s3")]
    [InlineData("cache: {storage: {type: s3}}", "bucket")]
    [InlineData("cache: {storage: {type: ftp, bucket: builds}}", "filesystem")]
    [InlineData("cache: {storage: {bucket: builds}}", "type")]
    [InlineData("cache: {storage: {type: s3, bucket: builds, secret_key: x}}", "Known keys")]
    [InlineData("cache: {storage: {type: s3, bucket: builds, credentials: {secret: x}}}", "AWS_ACCESS_KEY_ID")]
    [InlineData("cache: [npm]", "configuration.md")]
    public void What_is_wrong_is_said_at_its_place(string text, string help)
    {
        var problem = Read(text).Problems.ShouldHaveSingleItem();
        (problem.Code, problem.At!.Value.Line).ShouldBe(("STR1912", 1));
        problem.Help!.ShouldContain(help);
    }

    private (CacheSettings Settings, List<Diagnostic> Problems) Read(string text)
    {
        var file = Path.Combine(_root.FullName, "config.yml");
        File.WriteAllText(file, text + "\n");
        List<Diagnostic> problems = [];
        return (ConfigurationFile.Read(file, _root.FullName, problems).Cache, problems);
    }
}
