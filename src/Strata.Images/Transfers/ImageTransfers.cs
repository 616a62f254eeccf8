using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers.Compression;
using Strata.Oci;
using Strata.Oci.Archives;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Images.Transfers;

/// <param name="Reference">Written out in full: what a workflow may say.</param>
/// <param name="SizeBytes">Of its layers here.</param>
public sealed record ImportedImage(string Reference, Digest Manifest, int Layers, long SizeBytes);

/// <param name="Sent">Blobs that travelled.</param>
/// <param name="Present">Blobs that were there already.</param>
public sealed record PushedImage(string Reference, Digest Manifest, int Sent, long SentBytes, int Present);

public enum ArchiveFormat
{
    Oci,
    Docker,
}

/// <summary>Images come from archives and go to archives and registries.</summary>
public sealed class ImageTransfers
{
    private const string RefName = "latest";
    private const int UploadsMax = 3;

    private readonly ImageResolver _resolver;
    private readonly PulledImages _images;
    private readonly TarFacts _tars;
    private readonly TimeProvider _time;
    private readonly string _scratch;

    public ImageTransfers(ImageResolver resolver, string dataDirectory, TimeProvider time)
    {
        (_resolver, _time, _images, _tars) = (resolver, time, new(dataDirectory), new(dataDirectory));
        _scratch = Path.Combine(dataDirectory, "tmp");
    }

    /// <summary>Takes an image out of an archive and names it: that name then means it, in this organization on this host, and no registry is asked.</summary>
    /// <param name="path">A tar, a directory, or "-" for a tar on <paramref name="input"/>.</param>
    /// <param name="wanted">Which image of the archive; null: the one of that name, else the only one.</param>
    /// <exception cref="UserErrorException">The name or the archive cannot be used.</exception>
    /// <exception cref="OciException">The archive is not sound.</exception>
    public ValueTask<ImportedImage> ImportAsync(
        string name, string path, Stream input, string? wanted, RunIdentity forWhom, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(ImageResolver.GuardAsync(null, async () =>
        {
            var reference = Reference.Parse(name);
            if (reference.Digest is not null)
            {
                throw new UserErrorException(ImageDiagnostics.ImportNeedsTag(name));
            }

            var owner = ImageOwner.Of(forWhom);
            using var shown = new BuildProgress(reference.ToShortString(), "importing", progress, _time);
            using var archive = await OpenAsync(path, input, cancellationToken).ConfigureAwait(false);
            var description = await archive.GetImageAsync(wanted ?? Named(archive, reference), Platform.Host, cancellationToken).ConfigureAwait(false);
            var manifest = description.Descriptor.Digest;
            using var held = await BuildLock.AcquireAsync(
                _images.LockPath(manifest), () => shown.Enter("another process takes it in"), _time, cancellationToken).ConfigureAwait(false);
            var incoming = new IncomingImage(
                reference.ToShortString(), manifest, description, (blob, _) => Task.FromResult(archive.OpenBlob(blob)), () => true);
            using var image = new HeldImage(
                await _resolver.Intake.FindAsync(manifest, owner.Org, progress, cancellationToken).ConfigureAwait(false)
                ?? await _resolver.Intake.TakeAsync(incoming, owner.Org, null, shown, cancellationToken).ConfigureAwait(false));
            _images.SaveImported(owner.Org, new(ImportedName.CurrentFormat, reference.ToString(), owner.Org.Name, manifest.ToString(), _time.GetUtcNow()));
            return new ImportedImage(reference.ToString(), manifest, image.Layers.Count, image.Layers.Sum(layer => layer.SizeBytes));
        }));

    /// <summary>Writes an archive: a tar of an OCI layout whose one image is named <c>latest</c>, or what <c>docker load</c> takes.</summary>
    /// <param name="config">What the image's definition makes of its own.</param>
    /// <param name="name">For docker: <c>name:tag</c>.</param>
    public ValueTask<Digest> ExportAsync(
        HeldImage image, ImageConfig config, string name, ArchiveFormat format, Stream output, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(ImageResolver.GuardAsync(null, async () =>
        {
            using var shown = new BuildProgress(name, "exporting", progress, _time);
            var outgoing = await OutgoingImage.DescribeAsync(image, config, _tars, _images, shown, cancellationToken).ConfigureAwait(false);
            shown.Change("writing the archive");
            var archived = new ArchivedImage(format is ArchiveFormat.Oci ? RefName : name, outgoing.Manifest, outgoing.Config, outgoing.Layers);
            await (format is ArchiveFormat.Oci
                ? ImageArchiveWriter.WriteOciAsync(output, archived, cancellationToken)
                : ImageArchiveWriter.WriteDockerAsync(output, archived, cancellationToken)).ConfigureAwait(false);
            return Digest.Of(DocumentWriter.Write(outgoing.Manifest));
        }));

    /// <summary>Sends what the registry lacks, then the manifest.</summary>
    /// <exception cref="OciException">The registry refuses or does not answer.</exception>
    public ValueTask<PushedImage> PushAsync(
        HeldImage image, ImageConfig config, string destination, IProgress<string> progress, CancellationToken cancellationToken) =>
        new(ImageResolver.GuardAsync(null, async () =>
        {
            var reference = Reference.Parse(destination);
            using var shown = new BuildProgress(reference.ToShortString(), "pushing", progress, _time);
            var outgoing = await OutgoingImage.DescribeAsync(image, config, _tars, _images, shown, cancellationToken).ConfigureAwait(false);
            var registry = _resolver.Registries.Patient;
            var (sent, sentBytes, present, done) = (0, 0L, 0, 0);
            var blobs = outgoing.Layers.Append(Oci.Content.BlobSource.Of(outgoing.Manifest.Config, outgoing.Config)).DistinctBy(blob => blob.Descriptor.Digest).ToList();
            shown.Change($"pushing {blobs.Count} blobs");
            await Parallel.ForEachAsync(
                blobs, new ParallelOptions { MaxDegreeOfParallelism = UploadsMax, CancellationToken = cancellationToken }, async (blob, stop) =>
                {
                    if (await registry.PushBlobAsync(reference, blob, null, stop).ConfigureAwait(false) is PushOutcome.Uploaded)
                    {
                        Interlocked.Increment(ref sent);
                        Interlocked.Add(ref sentBytes, blob.Descriptor.Size);
                    }
                    else
                    {
                        Interlocked.Increment(ref present);
                    }

                    shown.Enter($"{Interlocked.Increment(ref done)} of {blobs.Count} blobs are there");
                }).ConfigureAwait(false);
            var manifest = await registry.PushManifestAsync(
                reference, outgoing.Manifest.MediaType, DocumentWriter.Write(outgoing.Manifest), cancellationToken).ConfigureAwait(false);
            return new PushedImage(reference.ToString(), manifest.Digest, sent, sentBytes, present);
        }));

    private static string? Named(ImageArchive archive, Reference reference) => archive.Names
        .FirstOrDefault(own => Reference.TryParse(own, out var named, out _) && named == reference);

    private async ValueTask<ImageArchive> OpenAsync(string path, Stream input, CancellationToken cancellationToken)
    {
        try
        {
            if (path == "-")
            {
                return await SpoolAsync(input, cancellationToken).ConfigureAwait(false);
            }

            if (Directory.Exists(path) || !IsCompressed(path))
            {
                return await ImageArchive.OpenAsync(path, cancellationToken).ConfigureAwait(false);
            }

            var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
            await using (file.ConfigureAwait(false))
            {
                return await SpoolAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UserErrorException(ImageDiagnostics.UnreadableArchive(path, e.Message));
        }
    }

    /// <summary>What can only be read once, plain or compressed.</summary>
    private async ValueTask<ImageArchive> SpoolAsync(Stream tar, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_scratch);
        var plain = await Task.Run(() => ArchiveContent.Open(tar), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false); // a pipe may wait
        await using (plain.ConfigureAwait(false))
        {
            return await ImageArchive.OpenAsync(plain, _scratch, SizeBytesMax(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsCompressed(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> magic = stackalloc byte[4];
        return RandomAccess.Read(file, magic, 0) == magic.Length && magic is [0x1f, 0x8b, ..] or [0x28, 0xb5, 0x2f, 0xfd];
    }

    /// <summary>What comes through a pipe may take half of what is free.</summary>
    private long SizeBytesMax() => new DriveInfo(_scratch).AvailableFreeSpace / 2;
}
