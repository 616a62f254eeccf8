using Strata.Core.Diagnostics;
using Strata.Storage.S3;

namespace Strata.Storage.Tests.S3;

public sealed class S3SettingsTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly Dictionary<string, string?> _variables;

    public S3SettingsTests() => _variables = new() { ["HOME"] = _home.Path };

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Keys_come_from_the_environment_first()
    {
        Write("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = filesecret\n");
        Set("AWS_ACCESS_KEY_ID", "ENV");
        Set("AWS_SECRET_ACCESS_KEY", "envsecret");
        Set("AWS_SESSION_TOKEN", "token");

        var settings = Of("s3://bucket");

        settings.Credentials.AccessKey.ShouldBe("ENV");
        settings.Credentials.SecretKey.ShouldBe("envsecret");
        settings.Credentials.SessionToken.ShouldBe("token");
        Of("s3://bucket?profile=default").Credentials.AccessKey.ShouldBe("FILE");
    }

    [Fact]
    public void A_profile_has_keys_in_one_file_and_region_in_the_other()
    {
        Write("credentials", "# ours\n[default]\naws_access_key_id=D\naws_secret_access_key=d\n\n[ci]\n aws_access_key_id = indented is a part of the line before\naws_access_key_id = C=with\naws_secret_access_key = c/+=\n");
        Write("config", "[profile ci]\nregion = eu-west-3\ns3 =\n  max_concurrent_requests = 20\naws_access_key_id = LOSES\nendpoint_url = https://minio.example:9000\n[default]\nregion = us-west-1\n");

        var settings = Of("s3://bucket?profile=ci");

        settings.Credentials.SecretKey.ShouldBe("c/+=");
        settings.Region.ShouldBe("eu-west-3");
        settings.Endpoint.ShouldBe(new Uri("https://minio.example:9000"));
        settings.PathStyle.ShouldBeTrue();
        Set("AWS_PROFILE", "ci");
        Of("s3://bucket").Region.ShouldBe("eu-west-3");
        Of("s3://bucket?region=ap-south-1").Region.ShouldBe("ap-south-1");
        Of("s3://bucket?profile=default").Region.ShouldBe("us-west-1");
    }

    [Theory]
    [InlineData("s3://bucket?region=eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com/", false)]
    [InlineData("s3://my.bucket?region=eu-west-1", "https://s3.eu-west-1.amazonaws.com/", true)]
    [InlineData("s3://bucket?region=cn-north-1", "https://bucket.s3.cn-north-1.amazonaws.com.cn/", false)]
    [InlineData("s3://bucket", "https://bucket.s3.us-east-1.amazonaws.com/", false)]
    [InlineData("s3://bucket?endpoint=http://127.0.0.1:9000", "http://127.0.0.1:9000/", true)]
    public void The_endpoint_is_the_one_that_is_named_else_amazons(string url, string endpoint, bool pathStyle)
    {
        Set("AWS_ACCESS_KEY_ID", "ENV");
        Set("AWS_SECRET_ACCESS_KEY", "envsecret");

        Of(url).Endpoint.ShouldBe(new Uri(endpoint));
        Of(url).PathStyle.ShouldBe(pathStyle);
    }

    [Fact]
    public void Missing_keys_are_said_with_the_place_where_they_were_looked_for()
    {
        Code(() => Of("s3://bucket?profile=ci")).ShouldBe("STR6104");
        Write("credentials", "[ci]\naws_access_key_id = C\n");
        Code(() => Of("s3://bucket?profile=ci")).ShouldBe("STR6104");
        Set("AWS_ACCESS_KEY_ID", "ENV");
        Code(() => Of("s3://bucket")).ShouldBe("STR6104");
    }

    [Fact]
    public void Keys_with_characters_that_none_has_go_into_no_header()
    {
        Set("AWS_ACCESS_KEY_ID", "ENV\r\nX-Other: 1");
        Set("AWS_SECRET_ACCESS_KEY", "envsecret");

        Code(() => Of("s3://bucket")).ShouldBe("STR6105");
    }

    [Fact]
    public void A_file_that_is_far_too_large_is_not_read()
    {
        Write("credentials", new string('#', 2 << 20));

        Code(() => Of("s3://bucket")).ShouldBe("STR6105");
    }

    [Fact]
    public void Keys_that_ran_out_are_read_again()
    {
        Write("credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = a\naws_session_token = 1\n");
        var settings = Of("s3://bucket");
        var first = settings.Credentials;
        settings.TryRenew(first).ShouldBeFalse();

        Write("credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = a\naws_session_token = 2\n");

        settings.TryRenew(first).ShouldBeTrue();
        settings.TryRenew(first).ShouldBeTrue(); // another call that was sent with the first
        settings.Credentials.SessionToken.ShouldBe("2");
        settings.TryRenew(settings.Credentials).ShouldBeFalse();
        Write("credentials", "");
        settings.TryRenew(settings.Credentials).ShouldBeFalse();
    }

    private static string Code(Action action) => Should.Throw<UserErrorException>(action).Diagnostics[0].Code;

    private S3Settings Of(string url) => S3Settings.Of((StorageLocation.OfS3)StorageLocation.Parse(url), name => _variables.GetValueOrDefault(name));

    private void Set(string name, string value) => _variables[name] = value;

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(_home[".aws"]);
        File.WriteAllText(_home[$".aws/{name}"], text);
    }
}
