install ca-certificates prometheus-redis-exporter
# The official image's place and user.
ln -s /usr/bin/prometheus-redis-exporter /redis_exporter
system_user redis_exporter 59000 /nonexistent
tidy
