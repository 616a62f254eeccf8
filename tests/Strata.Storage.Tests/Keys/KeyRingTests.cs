using Strata.Core.Diagnostics;
using Strata.Metadata;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;

namespace Strata.Storage.Tests.Keys;

public sealed class KeyRingTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly Database _database;

    public KeyRingTests() => _database = new(_data.Path, TimeProvider.System);

    private string RootFile => _data["keys/root.key"];

    public void Dispose()
    {
        _database.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_blob_key_is_opened_by_its_organization_in_any_process()
    {
        var key = OrgKey.NewBlobKey();
        var wrapped = (await Ring().GetAsync("acme", default)).Wrap(key);

        var opened = (await Ring().GetAsync("acme", default)).Unwrap(wrapped);

        opened.Secret.ToArray().ShouldBe(key.Secret.ToArray());
        opened.Id.ToArray().ShouldBe(key.Id.ToArray());
    }

    [Fact]
    public async Task Another_organizations_key_opens_nothing()
    {
        var wrapped = (await Ring().GetAsync("acme", default)).Wrap(OrgKey.NewBlobKey());
        var other = await Ring().GetAsync("other", default);

        Should.Throw<BlobStoreException>(() => other.Unwrap(wrapped)).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public async Task An_organizations_row_copied_to_another_opens_nothing()
    {
        await Ring().GetAsync("acme", default);
        await Ring().GetAsync("other", default);
        await _database.WriteAsync(sql => sql.Execute("UPDATE blob_org_key SET wrapped = (SELECT wrapped FROM blob_org_key WHERE org = 'acme') WHERE org = 'other'"), default);

        (await Should.ThrowAsync<EnvironmentException>(() => Ring().GetAsync("other", default))).Diagnostic.Code.ShouldBe("STR6116");
    }

    [Fact]
    public async Task A_changed_wrapped_key_opens_nothing()
    {
        var org = await Ring().GetAsync("acme", default);
        var wrapped = Convert.FromBase64String(org.Wrap(OrgKey.NewBlobKey()));
        for (var i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] ^= 1;
            Should.Throw<BlobStoreException>(() => org.Unwrap(Convert.ToBase64String(wrapped)));
            wrapped[i] ^= 1;
        }

        org.Unwrap(Convert.ToBase64String(wrapped)).Dispose();
        Should.Throw<BlobStoreException>(() => org.Unwrap("no base64!"));
        Should.Throw<BlobStoreException>(() => org.Unwrap(""));
    }

    [Fact]
    public async Task The_root_key_is_made_on_first_use_and_only_its_owner_reads_it()
    {
        File.Exists(RootFile).ShouldBeFalse();

        await Ring().GetAsync("acme", default);

        File.GetUnixFileMode(RootFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_data["keys"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.GetFiles(_data["keys"]).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Many_that_ask_first_at_once_get_the_same_key()
    {
        for (var round = 0; round < 20; round++)
        {
            using var data = new TemporaryDirectory();
            using var database = new Database(data.Path, TimeProvider.System);
            var keys = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => new KeyRing(data.Path, database, TimeProvider.System, variable: null).GetAsync("acme", default))));

            var wrapped = keys[0].Wrap(OrgKey.NewBlobKey());
            foreach (var key in keys)
            {
                key.Unwrap(wrapped).Dispose();
            }
        }
    }

    [Fact]
    public async Task A_root_key_that_is_gone_is_not_replaced()
    {
        await Ring().GetAsync("acme", default);
        File.Delete(RootFile);

        (await Should.ThrowAsync<EnvironmentException>(() => Ring().GetAsync("acme", default))).Diagnostic.Code.ShouldBe("STR6114");
        (await Should.ThrowAsync<EnvironmentException>(() => Ring().GetAsync("new", default))).Diagnostic.Code.ShouldBe("STR6114");
        File.Exists(RootFile).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_root_key_is_said_to_be_another()
    {
        await Ring().GetAsync("acme", default);

        var other = new KeyRing(_data.Path, _database, TimeProvider.System, Convert.ToBase64String(new byte[32]));

        (await Should.ThrowAsync<EnvironmentException>(() => other.GetAsync("acme", default))).Diagnostic.Code.ShouldBe("STR6115");
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_root_key_of_the_environment_needs_no_file(string variable)
    {
        await new KeyRing(_data.Path, _database, TimeProvider.System, variable).GetAsync("acme", default);

        File.Exists(RootFile).ShouldBeFalse();
        await new KeyRing(_data.Path, _database, TimeProvider.System, new string('0', 64)).GetAsync("acme", default);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("AAAA")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task What_is_no_key_is_not_used_as_one_and_not_shown(string variable)
    {
        var refused = await Should.ThrowAsync<EnvironmentException>(
            () => new KeyRing(_data.Path, _database, TimeProvider.System, variable).GetAsync("acme", default));

        refused.Diagnostic.Code.ShouldBe("STR6111");
        refused.Diagnostic.ToString().ShouldNotContain(variable);
    }

    [Fact]
    public async Task A_root_key_that_others_can_read_is_refused()
    {
        await Ring().GetAsync("acme", default);
        File.SetUnixFileMode(RootFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        (await Should.ThrowAsync<EnvironmentException>(() => Ring().GetAsync("acme", default))).Diagnostic.Code.ShouldBe("STR6112");
    }

    [Fact]
    public async Task No_key_is_in_the_database_as_it_is()
    {
        var org = await Ring().GetAsync("acme", default);
        var key = OrgKey.NewBlobKey();
        var root = Convert.FromBase64String((await File.ReadAllTextAsync(RootFile)).Trim());
        var wrapped = Convert.FromBase64String(org.Wrap(key));

        wrapped.AsSpan().IndexOf(key.Secret).ShouldBe(-1);
        _database.Dispose();
        foreach (var file in Directory.GetFiles(_data.Path))
        {
            (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(root).ShouldBe(-1);
        }
    }

    private KeyRing Ring() => new(_data.Path, _database, TimeProvider.System, variable: null);
}
