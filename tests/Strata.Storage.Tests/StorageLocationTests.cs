using Strata.Core.Diagnostics;

namespace Strata.Storage.Tests;

public sealed class StorageLocationTests
{
    [Fact]
    public void A_bucket_with_all_that_may_be_said()
    {
        var location = StorageLocation.Parse("s3://my-bucket/team/strata/?endpoint=https%3A%2F%2Fminio.example%3A9000&region=eu-west-1&profile=ci");

        location.ShouldBe(new StorageLocation.OfS3("my-bucket", "team/strata", new Uri("https://minio.example:9000"), "eu-west-1", "ci"));
        location.ToString().ShouldBe("s3://my-bucket/team/strata");
        StorageLocation.Parse("s3://abc?endpoint=http://127.0.0.1:9000/").ShouldBe(new StorageLocation.OfS3("abc", "", new Uri("http://127.0.0.1:9000"), null, null));
    }

    [Theory]
    [InlineData("file:///srv/blobs", "/srv/blobs")]
    [InlineData("file:///srv/x/../blobs/", "/srv/blobs")]
    [InlineData("file:///srv/mit leer@zeichen", "/srv/mit leer@zeichen")]
    public void A_directory(string text, string directory) => StorageLocation.Parse(text).ShouldBe(new StorageLocation.OfFiles(directory));

    [Theory]
    [InlineData("")]
    [InlineData("/srv/blobs")]
    [InlineData("https://bucket.s3.amazonaws.com")]
    [InlineData("S3://bucket")]
    [InlineData("s3://")]
    [InlineData("s3://ab")]
    [InlineData("s3://Bucket")]
    [InlineData("s3://-bucket")]
    [InlineData("s3://buc..ket")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../x")]
    [InlineData("s3://bucket/Upper")]
    [InlineData("s3://bucket?region=")]
    [InlineData("s3://bucket?region")]
    [InlineData("s3://bucket?region=a&region=b")]
    [InlineData("s3://bucket?region=a/b")]
    [InlineData("s3://bucket?endpoint=minio:9000")]
    [InlineData("s3://bucket?endpoint=http://host/path")]
    [InlineData("s3://bucket?endpoint=ftp://host")]
    [InlineData("file://srv/blobs")]
    [InlineData("file:///")]
    [InlineData("file:///srv?x=1")]
    [InlineData("file:///srv%2f")]
    public void What_is_no_location_says_why(string text)
    {
        var refused = Should.Throw<UserErrorException>(() => StorageLocation.Parse(text));

        refused.Diagnostics[0].Code.ShouldBe("STR6101");
    }

    [Fact]
    public void Other_parameters_are_not_passed_over()
    {
        var refused = Should.Throw<UserErrorException>(() => StorageLocation.Parse("s3://bucket?regoin=x"));

        refused.Diagnostics[0].Code.ShouldBe("STR6103");
        refused.Diagnostics[0].Help!.ShouldContain("region");
    }

    [Theory]
    [InlineData("s3://AKIA:hunter2@bucket")]
    [InlineData("s3://bucket?endpoint=http://AKIA:hunter2@host")]
    [InlineData("s3://bucket?endpoint=http%3A%2F%2FAKIA%3Ahunter2%40host")]
    [InlineData("s3://bucket?aws_secret_access_key=hunter2")]
    [InlineData("s3://bucket?region=a&region=b&token=hunter2")]
    [InlineData("https://AKIA:hunter2@bucket.example")]
    [InlineData("s3://bucket?accessKey=hunter2")]
    public void Credentials_are_refused_and_not_repeated(string text)
    {
        var refused = Should.Throw<UserErrorException>(() => StorageLocation.Parse(text));

        refused.Diagnostics[0].Code.ShouldBe("STR6102");
        refused.ToString().ShouldNotContain("hunter2");
        refused.Diagnostics[0].ToString().ShouldNotContain("hunter2");
    }
}
