namespace Strata.Storage.Tests.S3;

[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit calls it so
public sealed class RadosGwCollection : ICollectionFixture<RadosGw>
#pragma warning restore CA1711
{
    public const string Name = "radosgw";
}
