namespace Strata.Workflows.Tests.Conversion;

/// <summary>Workflows as projects on GitHub have them, written for these tests.</summary>
internal static class GitHubWorkflows
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["node matrix"] = """
            name: CI

            on:
              push:
                branches: [main]
              pull_request:

            concurrency:
              group: ${{ github.workflow }}-${{ github.ref }}
              cancel-in-progress: true

            jobs:
              test:
                name: Node ${{ matrix.node }} on ${{ matrix.os }}
                runs-on: ${{ matrix.os }}
                strategy:
                  fail-fast: false
                  matrix:
                    os: [ubuntu-latest]
                    node: [18, 20, 22]
                    include:
                      - os: ubuntu-latest
                        node: 22
                        coverage: true
                steps:
                  - uses: actions/checkout@v4
                  # the version under test
                  - name: Node
                    uses: actions/setup-node@v4
                    with:
                      node-version: ${{ matrix.node }}
                      cache: npm

                  - run: npm ci
                  - run: npm test -- --ci
                  - name: Coverage
                    if: matrix.coverage
                    run: npm run coverage
            """,
        ["python tox"] = """
            name: tests
            on: [push, pull_request]
            jobs:
              tox:
                strategy:
                  matrix:
                    include:
                      - {python: "3.11", toxenv: py311}
                      - {python: "3.12", toxenv: py312}
                      - {python: "3.13", toxenv: "py313,lint"}   # newest lints too
                runs-on: ubuntu-22.04
                env:
                  TOXENV: ${{ matrix.toxenv }}
                steps:
                - uses: actions/checkout@v4
                - uses: actions/setup-python@v5
                  with:
                    python-version: ${{ matrix.python }}
                    allow-prereleases: true
                - run: python -m pip install --upgrade pip tox
                - run: tox -- --color=yes
            """,
        ["go"] = """
            name: Go
            on:
              push: {branches: ["main", "release/**"]}
              pull_request: {branches: [main]}
            permissions: {contents: read}
            jobs:
              build: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}, {uses: actions/setup-go@v5, with: {go-version-file: go.mod}}, {run: go build ./...}, {run: "go test -race ./..."}]}
              vet:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/checkout@v4
                  - uses: actions/setup-go@v5
                    with: { go-version: "1.22", check-latest: true }
                  - run: go vet ./...
            """,
        ["java maven"] = """
            name: Maven
            on: push
            jobs:
              verify:
                runs-on: ubuntu-latest
                timeout-minutes: 30
                steps:
                  - uses: actions/checkout@v4
                    with: { fetch-depth: 0 }
                  - name: Set up JDK 21
                    uses: actions/setup-java@v4
                    with:
                      java-version: '21'
                      distribution: 'temurin'
                      cache: maven
                      server-id: central           # for the deploy below
                      server-username: MAVEN_USER
                  - name: Verify
                    run: mvn -B verify --file pom.xml
                  - name: Deploy
                    if: github.ref == 'refs/heads/main'
                    env:
                      MAVEN_USER: ${{ secrets.MAVEN_USER }}
                    run: mvn -B deploy -DskipTests
            """,
        ["dotnet"] = """
            name: .NET
            on:
              push:
                branches: [ "main" ]
            env:
              DOTNET_NOLOGO: true
            jobs:
              build:
                runs-on: ${{ matrix.os }}
                strategy:
                  matrix:
                    os: [ubuntu-latest, windows-latest, macos-latest]
                steps:
                - uses: actions/checkout@v4
                - name: Setup .NET
                  uses: actions/setup-dotnet@v4
                  with:
                    dotnet-version: |
                      8.0.x
                      9.0.x
                - run: dotnet restore
                - run: dotnet build --no-restore -c Release
                - run: dotnet test --no-build -c Release --verbosity normal
            """,
        ["docker build"] = """
            name: image
            on:
              push:
                tags: ['v*.*.*']
            jobs:
              docker:
                runs-on: ubuntu-latest
                permissions:
                  contents: read
                  packages: write
                steps:
                  - name: Checkout
                    uses: actions/checkout@v4
                  - name: Set up Buildx
                    uses: docker/setup-buildx-action@v3
                  - name: Login
                    uses: docker/login-action@v3
                    with:
                      registry: ghcr.io
                      username: ${{ github.actor }}
                      password: ${{ secrets.GITHUB_TOKEN }}
                  - name: Build and push
                    uses: docker/build-push-action@v6
                    with:
                      push: true
                      tags: ghcr.io/${{ github.repository }}:latest
            """,
        ["release"] = """
            name: Release
            on:
              release:
                types: [published]
            defaults:
              run:
                shell: bash
            jobs:
              build:
                runs-on: ubuntu-latest
                outputs:
                  version: ${{ steps.version.outputs.version }}
                steps:
                  - uses: actions/checkout@v4
                  - id: version
                    run: echo "version=${GITHUB_REF_NAME#v}" >> "$GITHUB_OUTPUT"
                  - uses: dtolnay/rust-toolchain@stable
                    with: { targets: x86_64-unknown-linux-musl }
                  - run: cargo build --release
                  - uses: actions/upload-artifact@v4
                    with:
                      name: binary-${{ steps.version.outputs.version }}
                      path: target/release/tool
                      if-no-files-found: error
              publish:
                needs: [build]
                runs-on: ubuntu-latest
                environment: production
                steps:
                  - uses: actions/download-artifact@v4
                    with:
                      name: binary-${{ needs.build.outputs.version }}
                  - name: Upload
                    env:
                      GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
                    run: |
                      gh release upload "${{ github.ref_name }}" tool
            """,
        ["monorepo"] = """
            name: web
            on:
              push:
                paths:
                  - 'web/**'
                  - '!web/docs/**'
                  - .github/workflows/web.yml
            defaults:
              run:
                working-directory: web
            jobs:
              lint: &web
                runs-on: ubuntu-latest
                steps: &steps
                  - uses: actions/checkout@v4
                  - uses: pnpm/action-setup@v4
                    with: { version: 9 }
                  - uses: actions/setup-node@v4
                    with:
                      node-version-file: web/.nvmrc
                      cache: pnpm
                      cache-dependency-path: web/pnpm-lock.yaml
                  - run: pnpm install --frozen-lockfile
                  - run: pnpm -r $GITHUB_JOB
              test: *web
              build:
                needs: [lint, test]
                runs-on: ubuntu-latest
                steps: *steps
            """,
        ["reusable call"] = """
            name: pipeline
            on:
              workflow_dispatch:
                inputs:
                  level:
                    description: how much
                    type: choice
                    options: [quick, full]
                    default: quick
            jobs:
              checks:
                uses: ./.github/workflows/checks.yml
                with:
                  level: ${{ inputs.level }}
                secrets: inherit
              report:
                if: ${{ !cancelled() }}
                needs: checks
                runs-on: [ubuntu-latest]
                steps:
                  - run: echo "${{ needs.checks.result }}"
            """,
        ["services"] = """
            name: integration
            on: push
            jobs:
              test:
                runs-on: ubuntu-latest
                services:
                  postgres:
                    image: postgres:16
                    env:
                      POSTGRES_PASSWORD: postgres
                    ports: ['5432:5432']
                    options: >-
                      --health-cmd pg_isready
                      --health-interval 10s
                steps:
                  - uses: actions/checkout@v4
                  - uses: ruby/setup-ruby@v1
                    with:
                      ruby-version: '3.3'
                      bundler-cache: true
                  - run: bundle exec rails db:setup
                    env: { DATABASE_URL: "postgres://postgres:postgres@localhost/test" }
                  - run: bundle exec rspec
            """,
        ["polyglot"] = """
            name: everything
            on: { schedule: [{ cron: '0 3 * * 1' }], workflow_dispatch: }
            jobs:
              all:
                # one job with everything
                runs-on: [self-hosted, linux, x64]
                steps:
                  - { uses: actions/checkout@v4 }   # the source
                  - { uses: actions/setup-node@v4, with: { node-version: lts/* } }
                  - { uses: actions/setup-python@v5, with: { python-version: 3.x } }
                  - { uses: actions/cache@v4, with: { path: ~/.cache/tool, key: "tool-${{ hashFiles('tool.lock') }}" } }
                  - run: ./build.sh
                    shell: bash
            """,
    };
}
