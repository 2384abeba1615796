install ca-certificates curl
tar -x -f loki.tar --no-same-owner -C /usr/bin
system_user loki 10001 /home/loki
mkdir -p /etc/loki /loki
chown loki:loki /loki
tidy
