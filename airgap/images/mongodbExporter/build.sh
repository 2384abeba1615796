install ca-certificates
tar -x -f mongodb-exporter.tar --no-same-owner -C /
tidy
