#!/bin/sh
# Gets and renews one certificate per host name with lego, over HTTP-01 through the edge, and lays each into the
# edge's certificates, which the edge takes up by itself. One certificate per name: a name whose DNS isn't ready
# holds up no other. sh only.
set -u
umask 077
# Where the official image has it.
PATH=$PATH:/
store=$EDGE_DIRECTORY/acme
certs=$EDGE_DIRECTORY/certs
mkdir -p "$store" "$certs" || exit 1

say() { printf '{"time":"%s","kind":"acme","domain":"%s","message":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2"; }
stop() { trap - TERM INT; kill "$child" 2>/dev/null; exit 0; }
child=
trap stop TERM INT
# In the background, so that a signal ends the wait at once.
run() { "$@" & child=$!; wait "$child"; }

client() {
  run lego --accept-tos --path "$store" --server "$ACME_DIRECTORY" --email "$ACME_EMAIL" --domains "$1" \
    --key-type ec256 --http --http.port ":$ACME_CHALLENGE_PORT" "$2" $3
}

# Complete before it is seen: the edge reads the folder whenever it likes. "acme-" sorts before the bootstrap one.
install() {
  have=$store/certificates/$1
  [ -s "$have.crt" ] && [ -s "$have.key" ] || return 1
  cat "$have.crt" "$have.key" >"$store/$1.new" || return 1
  if cmp -s "$store/$1.new" "$certs/acme-$1.pem"; then
    rm -f "$store/$1.new"
  else
    mv -f "$store/$1.new" "$certs/acme-$1.pem" && say "$1" "certificate laid into the edge"
  fi
}

one() {
  if [ -s "$store/certificates/$1.crt" ]; then
    client "$1" renew "--days $ACME_RENEW_DAYS --no-random-sleep"
  else
    client "$1" run ''
  fi
  result=$?
  install "$1"
  return $result
}

pause=$ACME_RETRY_SECONDS
while :; do
  failed=
  for domain in $ACME_DOMAINS; do
    one "$domain" || { failed=yes; say "$domain" "no certificate this time"; }
  done
  if [ -z "$failed" ]; then
    pause=$ACME_RETRY_SECONDS
    run sleep "$ACME_CHECK_SECONDS"
  else
    # Authorities count failures by the hour: ever longer pauses, up to the usual interval.
    say all "trying again in $pause s"
    run sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le "$ACME_CHECK_SECONDS" ] || pause=$ACME_CHECK_SECONDS
  fi
done
