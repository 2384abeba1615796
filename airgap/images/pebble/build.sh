# An ACME server for tests: certificates of an authority made anew at each start.
install ca-certificates
tar -x -f pebble.tar --no-same-owner -C /usr/local/bin
chmod 755 /usr/local/bin/pebble /usr/local/bin/pebble-challtestsrv
pebble -version 2>&1 | head -1 || true
tidy
