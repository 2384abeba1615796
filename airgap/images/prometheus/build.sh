install ca-certificates curl
tar -x -f prometheus.tar --no-same-owner -C /usr/bin
mkdir -p /etc/prometheus /prometheus /usr/share/prometheus/web/ui/static/mantine-ui
chown nobody:nogroup /prometheus
# Where a Prometheus without pages of its own looks for them: below a working directory of this name.
cp index.html /usr/share/prometheus/web/ui/static/mantine-ui/
chmod 644 /usr/share/prometheus/web/ui/static/mantine-ui/index.html
tidy
