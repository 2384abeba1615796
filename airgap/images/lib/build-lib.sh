# Sourced by every image's build.sh, inside its build container, as root.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 APT_CONFIG=/build/host/apt.conf
[ ! -s /build/host/environment ] || . /build/host/environment
if [ -s /build/host/ca.crt ]; then
  export SSL_CERT_FILE=/build/host/ca.crt CURL_CA_BUNDLE=/build/host/ca.crt PIP_CERT=/build/host/ca.crt
fi

# install PACKAGE...: Debian packages, without recommendations; the package lists are mounted.
install() {
  apt-get install -y -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io "$@"
}

# system_user NAME UID HOME: the ids of the official image, so that data moves between the two.
system_user() {
  groupadd --system --gid "$2" "$1"
  useradd --system --uid "$2" --gid "$2" --home-dir "$3" --no-create-home --shell /usr/sbin/nologin "$1"
}

# What an installation leaves behind and no image needs.
tidy() {
  apt-get clean
  rm -rf /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/lib/dpkg/info/*.triggers.old \
    /var/log/* /usr/share/doc/* /usr/share/man /usr/share/info /usr/share/lintian /root/.cache /var/cache/ldconfig/aux-cache
}
