install haproxy
# The package's user with the official image's ids; the package itself insists on its own range.
groupmod --gid 99 haproxy
usermod --uid 99 --gid 99 haproxy
mkdir -p /var/lib/haproxy /usr/local/etc/haproxy
rm -rf /var/lib/haproxy/* /etc/haproxy/haproxy.cfg
chown haproxy:haproxy /var/lib/haproxy
cp entrypoint.sh /usr/local/bin/docker-entrypoint.sh
chmod 755 /usr/local/bin/docker-entrypoint.sh
# Debian's place and the official image's.
ln -s /usr/sbin/haproxy /usr/local/sbin/haproxy
haproxy -vv | grep -q 'Built with Lua' || { echo "this HAProxy has no Lua" >&2; exit 1; }
tidy
