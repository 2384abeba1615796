install ca-certificates curl
tar -x -f alertmanager.tar --no-same-owner -C /usr/bin
mkdir -p /etc/alertmanager /alertmanager
chown nobody:nogroup /alertmanager
tidy
