using System.Text;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>An action that installs a toolchain, and the image that has it.</summary>
/// <param name="Image">Name for the definition.</param>
/// <param name="Commands">Steps of the definition beside its packages.</param>
/// <param name="Reference">A registry's image with {0} for the version.</param>
/// <param name="VersionInput">The input that says which version.</param>
internal sealed record SetupAction(
    string Image, IReadOnlyList<string> Packages, IReadOnlyList<string> Commands, string Reference, string VersionInput)
{
    private const string Basics = "ca-certificates, curl, git";

    /// <summary>The entry of <c>images:</c>.</summary>
    public string Definition(string indent)
    {
        var text = new StringBuilder();
        text.Append(indent).Append(Image).Append(":\n");
        text.Append(indent).Append("  from: debootstrap:bookworm\n");
        text.Append(indent).Append("  packages: [").AppendJoin(", ", [.. Packages, Basics]).Append("]\n");
        if (Commands.Count > 0)
        {
            text.Append(indent).Append("  steps:\n");
            foreach (var command in Commands)
            {
                text.Append(indent).Append("    - run: ").Append(command).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The version the action is told to install, if it is written out.</summary>
    public string? Version(IReadOnlyList<KeyValuePair<string, Located<Template>>> with)
    {
        foreach (var (name, value) in with)
        {
            if (name == VersionInput && value.Value.IsLiteral && value.Value.Text is { Length: > 0 and < 20 } version && IsVersion(version))
            {
                return version.TrimEnd('.', 'x');
            }
        }

        return null;
    }

    private static bool IsVersion(string text)
    {
        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    public string? Alternative(IReadOnlyList<KeyValuePair<string, Located<Template>>> with) =>
        Version(with) is { } version ? Reference.Replace("{0}", version, StringComparison.Ordinal) : null;
}

/// <summary>Known set-up actions. Packages are those of Debian bookworm.</summary>
internal static class SetupActions
{
    /// <param name="action">Without version.</param>
    public static SetupAction? Find(string action) => action.ToLowerInvariant() switch
    {
        "actions/setup-node" => new("node", ["nodejs", "npm"], [], "node:{0}-bookworm", "node-version"),
        "pnpm/action-setup" => new("node", ["nodejs", "npm"], ["npm install -g pnpm"], "node:{0}-bookworm", "node-version"),
        "actions/setup-python" => new("python", ["python3", "python3-pip", "python3-venv", "python-is-python3"], [], "python:{0}-bookworm", "python-version"),
        "actions/setup-java" => new("java", ["openjdk-17-jdk-headless", "maven"], [], "eclipse-temurin:{0}-jdk", "java-version"),
        "gradle/actions/setup-gradle" or "gradle/gradle-build-action" =>
            new("java", ["openjdk-17-jdk-headless", "gradle"], [], "gradle:{0}", "gradle-version"),
        "actions/setup-go" => new("go", ["golang-go"], [], "golang:{0}-bookworm", "go-version"),
        "actions/setup-dotnet" => new("dotnet", ["libicu72"],
            ["curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel LTS --install-dir /usr/local/bin"],
            "mcr.microsoft.com/dotnet/sdk:{0}", "dotnet-version"),
        "ruby/setup-ruby" or "actions/setup-ruby" => new("ruby", ["ruby-full", "ruby-bundler", "build-essential"], [], "ruby:{0}-bookworm", "ruby-version"),
        "dtolnay/rust-toolchain" or "actions-rs/toolchain" or "actions-rust-lang/setup-rust-toolchain" =>
            new("rust", ["cargo", "rustc"], [], "rust:{0}-bookworm", "toolchain"),
        "shivammathur/setup-php" => new("php", ["php-cli", "php-mbstring", "php-xml", "composer"], [], "php:{0}-cli", "php-version"),
        "erlef/setup-beam" => new("elixir", ["elixir", "erlang-dev"], [], "elixir:{0}", "elixir-version"),
        "haskell-actions/setup" => new("haskell", ["ghc", "cabal-install"], [], "haskell:{0}", "ghc-version"),
        _ => null,
    };
}
