namespace Strata.EndToEnd;

internal static class CacheWorkflow
{
    /// <summary>One job with one cache, which any entry under a key that begins with k restores.</summary>
    /// <param name="paths">As YAML.</param>
    public static string Job(string paths, string key, string script, string image = "tiny") => $$"""
        caches: { c: { paths: {{paths}}, key: {{key}}, restore-keys: [k] } }
        jobs:
          a:
            image: {{image}}
            network: none
            caches: [c]
            steps:
              - run: |
                  {{script}}
        """;
}
