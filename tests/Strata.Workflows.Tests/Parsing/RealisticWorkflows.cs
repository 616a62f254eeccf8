namespace Strata.Workflows.Tests.Parsing;

/// <summary>Workflows as people write them, by what they show.</summary>
internal static class RealisticWorkflows
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["node"] = """
            name: Node.js CI
            on:
              push:
                branches: [main, 'release/**']
                paths-ignore: ['docs/**', '**.md']
              pull_request:
                types: [opened, synchronize, reopened]
            concurrency:
              group: ${{ github.workflow }}-${{ github.ref }}
              cancel-in-progress: ${{ github.event_name == 'pull_request' }}
            permissions:
              contents: read
            jobs:
              test:
                runs-on: ubuntu-latest
                strategy:
                  fail-fast: false
                  matrix:
                    node: [18, 20, 22]
                    include:
                      - { node: 22, coverage: true }
                steps:
                  - uses: actions/checkout@v4
                  - name: Set up Node ${{ matrix.node }}
                    uses: actions/setup-node@v4
                    with:
                      node-version: ${{ matrix.node }}
                      cache: npm
                  - run: npm ci
                  - run: npm run build --if-present
                  - run: npm test
                    env:
                      CI: true
                  - name: Coverage
                    if: matrix.coverage && github.event_name == 'push'
                    run: npx codecov
                    continue-on-error: true
            """,
        ["python"] = """
            name: Tests
            on: [push, pull_request]
            env:
              PIP_DISABLE_PIP_VERSION_CHECK: 1
              FORCE_COLOR: "1"
            jobs:
              lint:
                runs-on: ubuntu-22.04
                steps:
                  - uses: actions/checkout@v4
                  - uses: actions/setup-python@v5
                    with: { python-version: "3.12" }
                  - run: pip install ruff && ruff check .
              test:
                needs: lint
                runs-on: ${{ matrix.os }}
                strategy:
                  matrix:
                    os: [ubuntu-latest, macos-latest, windows-latest]
                    python: ["3.10", "3.11", "3.12"]
                    exclude:
                      - os: macos-latest
                        python: "3.10"
                steps:
                  - uses: actions/checkout@v4
                  - uses: actions/cache@v4
                    with:
                      path: |
                        ~/.cache/pip
                        .venv
                      key: ${{ runner.os }}-pip-${{ matrix.python }}-${{ hashFiles('**/requirements*.txt') }}
                      restore-keys: |
                        ${{ runner.os }}-pip-${{ matrix.python }}-
                        ${{ runner.os }}-pip-
                  - run: |
                      python -m pip install -r requirements.txt
                      python -m pytest --junitxml=report.xml
                  - uses: actions/upload-artifact@v4
                    if: ${{ !cancelled() }}
                    with:
                      name: report-${{ matrix.os }}-${{ matrix.python }}
                      path: report.xml
                      if-no-files-found: warn
            """,
        ["java"] = """
            name: Build
            on:
              push: { branches: [ main ] }
              schedule:
                - cron: '0 3 * * 1'
            jobs:
              build:
                runs-on: ubuntu-latest
                timeout-minutes: 30
                steps:
                - uses: actions/checkout@v4
                  with:
                    fetch-depth: 0
                - name: Set up JDK 17
                  uses: actions/setup-java@v4
                  with:
                    java-version: '17'
                    distribution: 'temurin'
                    cache: maven
                - name: Build with Maven
                  run: mvn -B package --file pom.xml
                - name: Save jars
                  uses: actions/upload-artifact@v4
                  with:
                    name: jars
                    path: target/*.jar
                    retention-days: 5
            """,
        ["go"] = """
            name: Go
            on:
              push:
                tags: ['v*.*.*']
              workflow_dispatch:
                inputs:
                  dry-run:
                    description: Build but do not publish
                    type: boolean
                    default: true
                  level:
                    type: choice
                    options: [debug, info]
                    default: info
            defaults:
              run:
                shell: bash
                working-directory: ./cmd
            jobs:
              build:
                name: Build (${{ matrix.goos }}/${{ matrix.goarch }})
                runs-on: ubuntu-latest
                strategy:
                  matrix:
                    goos: [linux, darwin]
                    goarch: [amd64, arm64]
                outputs:
                  version: ${{ steps.v.outputs.version }}
                env:
                  GOOS: ${{ matrix.goos }}
                  GOARCH: ${{ matrix.goarch }}
                  CGO_ENABLED: 0
                steps:
                  - uses: actions/checkout@v4
                  - id: v
                    run: echo "version=${GITHUB_REF_NAME#v}" >> $GITHUB_OUTPUT
                  - run: go build -ldflags "-X main.version=${{ steps.v.outputs.version }}" -o ../dist/app-$GOOS-$GOARCH .
              release:
                needs: [build]
                if: startsWith(github.ref, 'refs/tags/') && !inputs.dry-run
                runs-on: ubuntu-latest
                permissions: { contents: write }
                steps:
                  - run: gh release create "v${{ needs.build.outputs.version }}"
                    env:
                      GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
            """,
        ["dynamic matrix"] = """
            on: push
            jobs:
              plan:
                runs-on: ubuntu-latest
                outputs:
                  matrix: ${{ steps.find.outputs.matrix }}
                steps:
                  - uses: actions/checkout@v4
                  - id: find
                    run: echo "matrix=$(ls packages | jq -R -s -c 'split("\n")[:-1]')" >> "$GITHUB_OUTPUT"
              test:
                needs: plan
                if: needs.plan.outputs.matrix != '[]'
                runs-on: ubuntu-latest
                strategy:
                  max-parallel: 2
                  matrix:
                    package: ${{ fromJSON(needs.plan.outputs.matrix) }}
                steps:
                  - run: make -C packages/${{ matrix.package }}
              all-green:
                if: ${{ always() }}
                needs: [plan, test]
                runs-on: ubuntu-latest
                steps:
                  - name: Check
                    run: exit 1
                    if: contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')
            """,
        ["container and services"] = """
            name: Integration
            on: { pull_request: { branches: [main] } }
            jobs:
              db:
                runs-on: [self-hosted, linux, x64]
                container:
                  image: node:20-bookworm
                  env: { NODE_ENV: test }
                  options: --cpus 1
                services:
                  postgres:
                    image: postgres:16
                    env: { POSTGRES_PASSWORD: postgres }
                    ports: ["5432:5432"]
                    options: >-
                      --health-cmd pg_isready
                      --health-interval 10s
                steps:
                  - uses: actions/checkout@v4
                  - run: npm test
                    env: { PGHOST: postgres }
            """,
        ["anchors"] = """
            jobs:
              unit:
                runs-on: ubuntu-latest
                env: &env
                  LANG: C.UTF-8
                steps: &steps
                  - uses: actions/checkout@v4
                  - &make
                    run: make test
              again:
                runs-on: ubuntu-latest
                env: *env
                steps:
                  - *make
                  - run: make clean
              third: { runs-on: ubuntu-latest, steps: *steps }
            """,
        ["artifacts between jobs"] = """
            name: Pages
            on: push
            jobs:
              build:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/checkout@v4
                  - run: make html
                  - uses: actions/upload-artifact@v4
                    with: { name: site, path: build/html }
              deploy:
                needs: build
                runs-on: ubuntu-latest
                environment:
                  name: github-pages
                  url: ${{ steps.deployment.outputs.page_url }}
                steps:
                  - uses: actions/download-artifact@v4
                    with: { name: site, path: site }
                  - id: deployment
                    uses: actions/deploy-pages@v4
            """,
        ["reusable"] = """
            on:
              workflow_call:
                inputs:
                  level: { type: string, required: true }
                secrets:
                  token: { required: false }
                outputs:
                  result: { value: "${{ jobs.a.outputs.result }}" }
            jobs:
              a:
                runs-on: ubuntu-latest
                outputs: { result: "${{ steps.r.outputs.result }}" }
                steps:
                  - id: r
                    run: |
                      echo "result=${{ inputs.level }}" >> $GITHUB_OUTPUT
              b:
                needs: a
                uses: ./.github/workflows/other.yml
                with: { level: "${{ needs.a.outputs.result }}" }
                secrets: inherit
            """,
        ["powershell and windows"] = """
            on: [push]
            jobs:
              win:
                runs-on: windows-latest
                defaults: { run: { shell: pwsh } }
                steps:
                  - run: Get-ChildItem
                  - run: dir
                    shell: cmd
              linux:
                runs-on: ubuntu-latest
                steps:
                  - shell: python
                    run: |
                      import os
                      print(os.environ["PATH"])
                  - shell: perl {0}
                    run: print "hi\n";
            """,
        ["composite and docker"] = """
            on:
              repository_dispatch: { types: [rebuild] }
              workflow_run:
                workflows: [Build]
                types: [completed]
              release: { types: [published] }
            run-name: Rebuild by @${{ github.actor }}
            jobs:
              a:
                runs-on: ubuntu-latest
                concurrency: production
                continue-on-error: ${{ github.ref != 'refs/heads/main' }}
                steps:
                  - uses: ./.github/actions/setup
                    with: { level: 3 }
                  - uses: docker://ghcr.io/acme/lint:1
                    with: { args: --all }
                  - uses: docker/build-push-action@v6
                    with:
                      push: true
                      tags: |
                        acme/app:latest
                        acme/app:${{ github.sha }}
            """,
        ["strata"] = """
            name: C library
            images:
              base:
                from: debootstrap:bookworm
                packages: [build-essential, git, ca-certificates]
                env: { LC_ALL: C.UTF-8 }
                max-age: 30d
              clang:
                from: images.base
                args: { VERSION: "16" }
                steps:
                  - run: apt-get update && apt-get install -y clang-$VERSION
                  - copy: { from: [tools/, scripts/*.sh], to: /opt/, exclude: ["*.bak"], mode: "0755", owner: root }
                  - workdir: /opt
                  - user: nobody
                  - env: { CC: clang }
                    
            caches:
              ccache: { preset: ccache, rolling: true, save: always }
              deps:
                paths: [~/.deps, vendor]
                key: deps-${{ hashFiles('deps.lock') }}
                restoreKeys: [deps-]
                vary: [platform]
                ttl: 2w
                max-age: 90d
                fail-on-miss: false
                share-with-forks: true
            jobs:
              build:
                image: ${{ matrix.cc }}
                strategy: { matrix: { cc: [base, clang] } }
                resources: { cpu: 2, memory: 2GiB, pids: 512, disk: 10GB }
                caches:
                  - ccache
                  - { paths: .cache, key: "own-${{ matrix.cc }}" }
                env: { CFLAGS: -O2 }
                steps:
                  - run: make -j
                    cache:
                      inputs: ["src/**", Makefile, "!src/**/*.md"]
                      outputs: [build/]
                      env: [CFLAGS]
                      caches: [ccache]
                      trace-on-failure: true
                artifacts:
                  - { name: "lib-${{ matrix.cc }}", path: [build/*.so, build/*.a], retention: 7d, if-empty: error, when: on-success }
              check:
                image: { from: "rootfs:base.tar.gz" }
                network: none
                needs: build
                artifacts-from:
                  lib-base: { path: lib/, job: build }
                  old: { path: old/, run: "${{ inputs.old }}", optional: true }
                steps: [{ run: ./check lib }]
            """,
    };
}
