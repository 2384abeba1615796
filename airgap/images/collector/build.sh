install ca-certificates
# Called as in the official image.
tar -x -f collector.tar --no-same-owner -C /tmp
mv /tmp/collector /otelcol-contrib
tidy
