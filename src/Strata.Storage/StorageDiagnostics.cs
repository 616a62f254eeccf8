using Strata.Core.Diagnostics;

namespace Strata.Storage;

/// <summary>What goes wrong with stores of blobs and their keys: STR61xx.</summary>
internal static class StorageDiagnostics
{
    private const string LocationHelp = "Say where: `s3://BUCKET[/PREFIX][?endpoint=https://HOST:PORT&region=REGION&profile=NAME]` or `file:///DIRECTORY`.";

    public static Diagnostic BadLocation(string text, string why) => new("STR6101", Severity.Error, $"`{text}` is no storage: {why}.", null, LocationHelp);

    public static Diagnostic CredentialsInLocation() =>
        new("STR6102", Severity.Error, "The storage URL holds credentials; they would be seen in process lists and logs.", null,
            "Remove them (and replace them: they were on a command line or in a file). Put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or into ~/.aws/credentials.");

    public static Diagnostic UnknownParameter(string name, string known) =>
        new("STR6103", Severity.Error, $"The storage URL has a parameter `{name}` that means nothing here.", null, $"Known are: {known}.");

    public static Diagnostic NoCredentials(string store, string where) =>
        new("STR6104", Severity.Error, $"There are no credentials for {store}: {where}.", null,
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if they have one), or name a profile of ~/.aws/credentials with `?profile=NAME` or AWS_PROFILE.");

    public static Diagnostic BadCredentials(string where, string why) =>
        new("STR6105", Severity.Error, $"The credentials in {where} cannot be used: {why}.", null, "Look at the file; it is read as the AWS tools read it.");

    public static Diagnostic NoDirectory(string directory, string why) =>
        new("STR6106", Severity.Error, $"file://{directory} cannot be a storage: {why}.", null,
            "Name a directory that is empty or such a storage already, or one that can be made.");

    public static Diagnostic NoZstd() =>
        new("STR6110", Severity.Error, "libzstd.so.1 is not installed; stored blobs are compressed with it.", null, "apt-get install libzstd1");

    public static Diagnostic NoRootKey(string source) =>
        new("STR6111", Severity.Error, $"{source} holds no root key: 32 bytes in base64 or hex are expected.", null,
            "Make one with `openssl rand -base64 32`, if nothing was stored yet; else restore the one that was used.");

    public static Diagnostic RootKeyIsOpen(string path) =>
        new("STR6112", Severity.Error, $"The root key {path} can be read by others than its owner.", null, $"chmod 600 {path}");

    public static Diagnostic RootKeyFails(string path, string why) =>
        new("STR6113", Severity.Error, $"The root key {path} cannot be read or made: {why}.", null,
            $"It and its directory must belong to this user; or set {Keys.KeyRing.RootKeyVariable}.");

    public static Diagnostic RootKeyIsGone(string path, string id) =>
        new("STR6114", Severity.Error, $"What is stored needs the root key {id}, and {path} is not there.", null,
            $"Restore the file from a backup, or set {Keys.KeyRing.RootKeyVariable}. Without it nothing that was stored can be read.");

    public static Diagnostic OtherRootKey(string org, string source, string needed, string given) =>
        new("STR6115", Severity.Error, $"What is stored for `{org}` needs the root key {needed}; {source} holds {given}.", null,
            $"Give the right one: as the file, or in {Keys.KeyRing.RootKeyVariable}.");

    public static Diagnostic OrgKeyDamaged(string org) =>
        new("STR6116", Severity.Error, $"The key of the organization `{org}` in the database was changed: the root key does not open it.", null,
            "Restore the database from a backup. What was stored for this organization cannot be read without it.");
}
