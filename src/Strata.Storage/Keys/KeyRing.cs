using System.Collections.Concurrent;
using Strata.Core.Diagnostics;
using Strata.Metadata;

namespace Strata.Storage.Keys;

/// <summary>
/// The keys of a data directory: a root key (environment, or a file made on first use) wraps a key for each organization (in the database), which wraps the key of each
/// blob (in the blob's row). Opens nothing before it is asked. Safe for concurrent use, by several processes.
/// </summary>
public sealed class KeyRing
{
    /// <summary>32 bytes in base64 or hex.</summary>
    public const string RootKeyVariable = "STRATA_ROOT_KEY";

    private readonly string _dataDirectory;
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly string? _variable;
    private readonly ConcurrentDictionary<string, OrgKey> _known = new(StringComparer.Ordinal);

    public KeyRing(string dataDirectory, Database database, TimeProvider time)
        : this(dataDirectory, database, time, Environment.GetEnvironmentVariable(RootKeyVariable))
    {
    }

    internal KeyRing(string dataDirectory, Database database, TimeProvider time, string? variable) =>
        (_dataDirectory, _database, _time, _variable) = (dataDirectory, database, time, variable);

    /// <summary>The key of an organization, made when it has none yet.</summary>
    /// <exception cref="EnvironmentException">No root key can be read or made, or it is not the one that wrapped this organization's.</exception>
    public async Task<OrgKey> GetAsync(string org, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(org, out var known))
        {
            return known;
        }

        var needed = _database.Read(OrgKeySql.Any); // before the key is looked for: it is made before the first row is written
        var root = RootKey.Find(_dataDirectory, _variable);
        if (root is null)
        {
            root = needed is null
                ? RootKey.Make(_dataDirectory)
                : throw new EnvironmentException(StorageDiagnostics.RootKeyIsGone(RootKey.PathIn(_dataDirectory), needed)); // a new one would open nothing
        }

        if (_database.Read(sql => OrgKeySql.Find(sql, org)) is { } row)
        {
            return _known.GetOrAdd(org, Open(org, row, root));
        }

        var (_, wrapped) = OrgKey.New(org, root);
        var winner = await _database.WriteAsync(
            sql =>
            {
                OrgKeySql.Insert(sql, org, new(root.Id, wrapped), _time.GetUtcNow());
                return OrgKeySql.Find(sql, org)!;
            },
            cancellationToken).ConfigureAwait(false);
        return _known.GetOrAdd(org, Open(org, winner, root));
    }

    private static OrgKey Open(string org, OrgKeyRow row, RootKey root) =>
        OrgKey.Find(org, row.Wrapped, root)
        ?? throw new EnvironmentException(
            row.RootKeyId == root.Id ? StorageDiagnostics.OrgKeyDamaged(org) : StorageDiagnostics.OtherRootKey(org, root.Source, row.RootKeyId, root.Id));
}
