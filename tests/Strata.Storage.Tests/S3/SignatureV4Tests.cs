using Strata.Storage.S3;

namespace Strata.Storage.Tests.S3;

/// <summary>The examples of "Signature Calculations for the Authorization Header" and of query parameters, S3 API reference.</summary>
public sealed class SignatureV4Tests
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Host = "examplebucket.s3.amazonaws.com";

    private static readonly SignatureV4 Signature = new(
        new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null), "us-east-1", new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_range_of_an_object() => Signature
        .Authorize("GET", "/test.txt", [], [("host", Host), ("range", "bytes=0-9"), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z")], EmptyHash)
        .ShouldBe("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

    [Fact]
    public void A_query_with_an_empty_value() => Signature
        .Authorize("GET", "/", [("lifecycle", "")], [("host", Host), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z")], EmptyHash)
        .ShouldEndWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    [Fact]
    public void A_list_of_objects() => Signature
        .Authorize("GET", "/", [("prefix", "J"), ("max-keys", "2")], [("host", Host), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z")], EmptyHash)
        .ShouldEndWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");

    [Fact]
    public void A_url_for_everybody() => Signature
        .Presign("GET", Host, "/test.txt", [], TimeSpan.FromHours(24))
        .ShouldBe("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
            + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");

    [Fact]
    public void A_query_is_sorted_and_encoded() =>
        SignatureV4.CanonicalQuery([("b", "x y/z+=~"), ("a", "2"), ("a", "1"), ("B", "ä")]).ShouldBe("B=%C3%A4&a=1&a=2&b=x%20y%2Fz%2B%3D~");
}
