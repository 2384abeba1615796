install prometheus-postgres-exporter
ln -s prometheus-postgres-exporter /usr/bin/postgres_exporter
tidy
