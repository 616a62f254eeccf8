using Strata.Cli.Configuration;
using Strata.Core.Diagnostics;
using Strata.Storage;

namespace Strata.Cli.Tests;

public sealed class StorageSettingsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-cli-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_bucket_is_said_setting_by_setting()
    {
        var (storage, problems) = Read("""
            storage:
              type: s3
              bucket: builds
              region: eu-central-1
              endpoint: https://s3.lab:9000
              prefix: /strata/ci/
              credentials: { profile: ci }
            """);
        problems.ShouldBeEmpty();
        storage.ShouldBe(new StorageLocation.OfS3("builds", "strata/ci", new Uri("https://s3.lab:9000"), "eu-central-1", "ci"));
    }

    [Fact]
    public void A_directory_is_said_by_its_path()
    {
        var (storage, problems) = Read("storage: { type: filesystem, path: /srv/blobs }\n");
        problems.ShouldBeEmpty();
        storage.ShouldBe(new StorageLocation.OfFiles("/srv/blobs"));
    }

    [Theory]
    [InlineData("{ bucket: builds }", "STR1912")]
    [InlineData("{ type: ftp }", "STR1912")]
    [InlineData("{ type: s3 }", "STR1912")]
    [InlineData("{ type: s3, bucket: builds, path: /x }", "STR1912")]
    [InlineData("{ type: filesystem, path: blobs }", "STR6101")]
    [InlineData("{ type: s3, bucket: BUILDS }", "STR6101")]
    [InlineData("{ type: s3, bucket: builds, endpoint: nowhere }", "STR6101")]
    [InlineData("{ type: s3, bucket: builds, credentials: { access-key: AKIA, secret-key: x } }", "STR1912")]
    [InlineData("{ type: s3, bucket: builds, buckte: x }", "STR1912")]
    [InlineData("{ type: s3, bucket: [a] }", "STR1912")]
    public void What_is_wrong_is_told_at_its_place(string settings, string code)
    {
        var (storage, problems) = Read($"storage: {settings}\n");
        storage.ShouldBeNull();
        problems[0].Code.ShouldBe(code);
        problems[0].At!.Value.Line.ShouldBe(1);
        problems[0].ToString().ShouldNotContain("AKIA");
    }

    [Fact]
    public void The_option_wins_over_the_file()
    {
        var configuration = ConfigurationFile.Read(null, _root.FullName, []).With("file:///srv/other");
        configuration.Storage.ShouldBe(new StorageLocation.OfFiles("/srv/other"));
        Should.Throw<UserErrorException>(() => configuration.With("bucket")).Diagnostics[0].Code.ShouldBe("STR6101");
    }

    private (StorageLocation? Storage, List<Diagnostic> Problems) Read(string text)
    {
        var path = Path.Combine(_root.FullName, "config.yml");
        File.WriteAllText(path, text);
        List<Diagnostic> problems = [];
        return (ConfigurationFile.Read(path, _root.FullName, problems).Storage, problems);
    }
}
