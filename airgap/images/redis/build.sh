system_user redis 999 /data
install redis-server
mkdir -p /data
chown redis:redis /data
cp entrypoint.sh /usr/local/bin/docker-entrypoint.sh
chmod 755 /usr/local/bin/docker-entrypoint.sh
# The package's own places, which a server with --dir /data never looks at.
rm -rf /etc/redis /var/lib/redis
tidy
