install ca-certificates curl
tar -x -f prometheus.tar --no-same-owner -C /usr/bin
mkdir -p /etc/prometheus /prometheus
chown nobody:nogroup /prometheus
tidy
