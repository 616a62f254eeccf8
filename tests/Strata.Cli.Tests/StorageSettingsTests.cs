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
    [InlineData("{ bucket: builds }", "10: 'storage' has no type.")]
    [InlineData("{ type: ftp }", "18: 'type' is none that is known.")]
    [InlineData("{ type: s3 }", "10: Storage of type s3 needs 'bucket'.")]
    [InlineData("{ type: ftp, bucket: '', regoin: x }", "18: 'type' is none that is known.", "31: 'bucket' is no text.", "35: 'storage' has no key 'regoin'.")]
    [InlineData("{ type: s3, bucket: builds, path: /x, accessKey: k }", "38: 'path' is not for storage of type s3.", "48: 'storage' has no key 'accessKey'.")]
    [InlineData("{ type: s3, bucket: BUILDS, endpoint: 5 }", "30: 'bucket' is no name of a bucket (3 to 63 of a-z 0-9 . -).", "48: 'endpoint' is no http or https URL.")]
    [InlineData("{ type: filesystem, path: rel/dir }", "36: 'path' is not absolute.")]
    [InlineData("{ type: s3, bucket: builds, endpoint: 'https://AKIA:x@s3.lab', region: a/b, prefix: Upper }", "48: 'endpoint' holds credentials.", "81: 'region' is no name.", "94: 'prefix' has other characters than a-z 0-9 . _ - /, or is too long.")]
    [InlineData("{ type: s3, bucket: builds, credentials: { access-key: AKIA, secret-key: x } }", "51: 'credentials' names a profile and nothing else.")]
    [InlineData("{ type: s3, bucket: [a] }", "30: 'bucket' is no text.")]
    public void All_that_is_wrong_is_told_each_at_its_value(string settings, params string[] expected)
    {
        var (storage, problems) = Read($"storage: {settings}\n");
        storage.ShouldBeNull();
        problems.Select(problem => $"{problem.At!.Value.Column}: {problem.Message}").ShouldBe(expected);
        problems.ShouldAllBe(problem => problem.Code == "STR1912" && problem.At!.Value.Line == 1 && !problem.ToString().Contains("AKIA"));
    }

    [Fact]
    public void Two_storages_must_be_one()
    {
        var problem = Read("""
            storage: { type: filesystem, path: /srv/blobs }
            cache:
              storage: { type: filesystem, path: /srv/cache }
            """).Problems.ShouldHaveSingleItem();
        (problem.Code, problem.At!.Value.Line, problem.At.Value.Column).ShouldBe(("STR1912", 3, 3));
        problem.Message.ShouldContain("line 1");

        var (storage, problems) = Read("cache: { storage: { type: filesystem, path: /srv/blobs/ } }\nstorage: { type: filesystem, path: /srv/blobs }\n");
        problems.ShouldBeEmpty();
        storage.ShouldBe(new StorageLocation.OfFiles("/srv/blobs"));
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
