using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci;
using Strata.Oci.References;
using Strata.Oci.Registries;
using Strata.Oci.Tests;

namespace Strata.Images.Tests;

/// <summary>Tenants share nothing: images that need credentials belong to their organization, and last known tags to repository and trust.</summary>
public sealed class ImageOwnerTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("strata-owner-").FullName;
    private readonly Scratch _scratch = new();

    public void Dispose()
    {
        _scratch.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task What_needed_credentials_belongs_to_its_organization_and_is_not_found_by_others()
    {
        await File.WriteAllTextAsync(_scratch["htpasswd"], await Programs.RunAsync("htpasswd", "-nbB", "user", "pass:word"));
        await using var registry = await RealRegistry.StartAsync(_scratch["htpasswd"]);
        var before = Environment.GetEnvironmentVariable("DOCKER_CONFIG"); // REGISTRY_… would be settings of the registries other tests start
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", _scratch.Root);
        try
        {
            await LogInAsync(registry);
            var manifest = await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/secret", "1"))]);
            var exact = $"{registry.Host}/app@{manifest}";

            var mine = await ResolveAsync(exact, Identity("acme"));
            File.Delete(_scratch["config.json"]);
            var again = await ResolveAsync(exact, Identity("acme"));

            Layers().Select(layer => layer.Org.Name).ShouldBe(["acme"]);
            again.Digest.ShouldBe(mine.Digest);
            again.Layers[0].Outcome.ShouldBe(LayerOutcome.Reused);
            (await Should.ThrowAsync<OciException>(() => ResolveAsync(exact, Identity("other")))).Failure.ShouldBe(OciFailure.Unauthorized);
            (await Should.ThrowAsync<OciException>(() => ResolveAsync(exact, Identity("ACME")))).Failure.ShouldBe(OciFailure.Unauthorized);

            await LogInAsync(registry);
            var others = await ResolveAsync(exact, Identity("other"));
            others.Layers[0].Outcome.ShouldBe(LayerOutcome.Pulled); // not even dedup
            Layers().Select(layer => layer.Org.Name).ShouldBe(["acme", "other"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOCKER_CONFIG", before);
        }
    }

    [Fact]
    public async Task What_anybody_may_pull_is_shared()
    {
        await using var registry = await RealRegistry.StartAsync();
        var manifest = await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);

        await ResolveAsync($"{registry.Host}/app@{manifest}", Identity("acme"));
        var others = await ResolveAsync($"{registry.Host}/app@{manifest}", Identity("other"));

        others.Layers[0].Outcome.ShouldBe(LayerOutcome.Reused);
        Layers().Select(layer => layer.Org.Name).ShouldBe(["_public"]);
    }

    [Fact]
    public async Task A_last_known_tag_is_of_its_repository_and_its_trust_or_a_higher_one()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);
        var reference = registry.Reference("app:1").ToString();
        var known = await ResolveAsync(reference, Identity("acme", "one", Trust.Internal));
        await registry.DisposeAsync();

        foreach (var trust in (Trust[])[Trust.Internal, Trust.Fork])
        {
            var progress = new ProgressLines();
            (await ResolveAsync(reference, Identity("acme", "one", trust), progress)).Digest.ShouldBe(known.Digest);
            progress.Lines.ShouldContain(line => line.Line.StartsWith("warning: ", StringComparison.Ordinal));
        }

        foreach (var identity in (RunIdentity[])[Identity("acme", "one", Trust.Protected), Identity("acme", "two", Trust.Internal), Identity("other", "one", Trust.Internal)])
        {
            (await Should.ThrowAsync<OciException>(() => ResolveAsync(reference, identity))).Failure.ShouldBe(OciFailure.Unavailable);
        }
    }

    [Fact]
    public async Task A_pinned_image_counts_whatever_its_tag_names_and_a_pin_that_is_gone_says_so()
    {
        await using var registry = await RealRegistry.StartAsync();
        var old = await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "2"))]);
        var reference = registry.Reference("app:1").ToString();

        using var resolver = Resolver();
        var pinned = await resolver.ResolveAsync(new BaseImage.Oci(reference, null) { Pin = old }, Identity("acme"), new ProgressLines(), CancellationToken.None);
        var tagged = await ResolveAsync(reference, Identity("acme"));
        var gone = await Should.ThrowAsync<UserErrorException>(async () => await resolver.ResolveAsync(
            new BaseImage.Oci(reference, null) { Pin = Core.Digest.Of("gone"u8) }, Identity("acme"), new ProgressLines(), CancellationToken.None));
        await registry.DisposeAsync();
        var quiet = new ProgressLines();
        var again = await resolver.ResolveAsync(new BaseImage.Oci(reference, null) { Pin = old }, Identity("acme"), quiet, CancellationToken.None);

        tagged.Digest.ShouldNotBe(pinned.Digest);
        gone.Diagnostics[0].Code.ShouldBe("STR3019");
        again.Digest.ShouldBe(pinned.Digest);
        quiet.Lines.ShouldBeEmpty(); // nothing was contacted
    }

    [Fact]
    public async Task All_jobs_of_a_run_get_the_same_image_though_its_tag_moves()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);
        using var run = Resolver();
        var image = new BaseImage.Oci(registry.Reference("app:1").ToString(), null);

        var first = await run.ResolveAsync(image, Identity("acme"), new ProgressLines(), CancellationToken.None);
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "2"))]);
        var later = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => run.ResolveAsync(image, Identity("acme"), new ProgressLines(), CancellationToken.None).AsTask()));
        var next = await ResolveAsync(image.Reference, Identity("acme"));

        later.ShouldAllBe(job => job.Digest == first.Digest);
        next.Digest.ShouldNotBe(first.Digest);
    }

    [Fact]
    public async Task A_registry_that_takes_the_question_and_never_answers_is_given_up_when_a_digest_is_known()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);
        var reference = registry.Reference("app:1").ToString();
        var known = await ResolveAsync(reference, Identity("acme"));
        await registry.DisposeAsync();
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPEndPoint.Parse(registry.Host));
        silent.Start();
        var progress = new ProgressLines();

        using var patient = new ImageResolver(_data, OwnerPolicy.Root, TimeProvider.System); // would wait for minutes
        var image = await patient.ResolveAsync(new BaseImage.Oci(reference, null), Identity("acme"), progress, CancellationToken.None);

        image.Digest.ShouldBe(known.Digest);
        progress.Lines.ShouldContain(line => line.Line.StartsWith("warning: ", StringComparison.Ordinal) && line.Line.Contains("last asked", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_of_organizations_that_are_no_directories_do_not_meet()
    {
        var names = (string[])["acme", "Acme", "ACME", "a", ".x", "_public", new string('a', 64), new string('a', 100), LayerOrg.Of("Acme").Name];
        names.Select(LayerOrg.Of).Distinct().Count().ShouldBe(names.Length);
        names.ShouldAllBe(name => LayerOrg.Of(name) != LayerOrg.Public);
    }

    private Task LogInAsync(RealRegistry registry) => File.WriteAllTextAsync(
        _scratch["config.json"], "{\"auths\": {\"" + registry.Host + "\": {\"auth\": \"" + Convert.ToBase64String("user:pass:word"u8) + "\"}}}");

    private IReadOnlyList<StoredLayer> Layers() => new LocalLayerStore(_data, TimeProvider.System).List(CancellationToken.None);

    private ImageResolver Resolver() => new(_data, static () => OwnerPolicy.Root, TimeProvider.System, new RegistryOptions { RetriesMax = 0 });

    private async Task<ResolvedImage> ResolveAsync(string reference, RunIdentity identity, ProgressLines? progress = null)
    {
        using var resolver = Resolver();
        return await resolver.ResolveAsync(new BaseImage.Oci(reference, null), identity, progress ?? new(), CancellationToken.None);
    }

    internal static RunIdentity Identity(string org, string repository = "repo", Trust trust = Trust.Protected) =>
        new() { Organization = org, Repository = repository, Ref = "refs/heads/main", Trust = trust, DefaultBranch = "refs/heads/main" };
}
