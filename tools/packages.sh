# Sourced (after progress.sh): the Debian/Ubuntu packages Strata and its tests use, and how they are installed.

# crun: runtime; libsqlite3-0: records; mmdebstrap: base systems; slirp4netns: network of jobs; uidmap: rootless; git: sources.
RUNTIME_PACKAGES="ca-certificates crun git libsqlite3-0 libzstd1 mmdebstrap slirp4netns uidmap"
# apache2-utils (htpasswd), docker-registry, podman, skopeo, umoci: other programs for registries and images; binutils-aarch64-linux-gnu: checks
# process 1 of arm64; busybox-static: tiny base systems; ceph-mon, ceph-osd, radosgw, curl: a real S3 server; erofs-utils: checks layers; gcc, libc6-dev:
# a helper of tests; iproute2, nftables, procps, strace: to look at what is left on the host and asked of the kernel; unzip, zstd: other programs for archives.
TEST_PACKAGES="apache2-utils binutils-aarch64-linux-gnu busybox-static ceph-mon ceph-osd curl docker-registry erofs-utils gcc iproute2 libc6-dev nftables podman procps radosgw runc skopeo strace umoci unzip util-linux zstd"

# Installs those of $@ that are missing, naming them. Exits 3 with the command to run where this user may not.
install_packages() {
  missing=
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "strata: no apt-get here; please install the equivalents of:$missing" >&2
    return 0
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "strata: missing packages. Run: sudo apt-get install --no-install-recommends$missing" >&2
    exit 3
  fi
  echo "strata: installing$missing" >&2
  log=.build/apt.log
  # shellcheck disable=SC2086
  run_with_progress "installing packages" $log apt_install $missing ||
    { tail -n 15 $log >&2; echo "strata: apt-get failed; the whole log is in $PWD/$log" >&2; exit 3; }
}

# Package lists may be missing or old: a second try after an update. RUNLEVEL: no service is started (docker-registry, podman bring some).
apt_install() {
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }
}
