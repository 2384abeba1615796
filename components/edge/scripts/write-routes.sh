#!/usr/bin/env bash
# Puts a configuration into force, or leaves everything as it was. Runs in the edge's own network and process
# namespaces, as its user, with its volume. bash and coreutils only: HAProxy's image has nothing else.
set -u
umask 077
dir=$EDGE_DIRECTORY
cfg=$dir/haproxy.cfg
master=${EDGE_MASTER:-1}
say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# get_once <host> <port> <path> <host header>: prints the status on a line of its own, then the body.
get_once() {
  local status line
  { exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null || { echo 'no connection'; return; }
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: stackbook-routes\r\nAccept: application/json\r\nConnection: close\r\n\r\n' "$3" "$4" >&3
  IFS=' ' read -r _ status _ <&3 || { echo 'nothing'; return; }
  while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
  printf '%s\n' "${status%$'\r'}"
  head -c 2000 <&3
}
export -f get_once
# A connection that is never answered would hang for minutes.
get() { timeout 5 bash -c 'get_once "$@"' get "$@" || echo 'nothing within 5 s'; }
stamp() { get 127.0.0.1 "$ADMIN_PORT" /stamp localhost 2>/dev/null | sed -n 2p; }

# Process ids of HAProxy's workers: the master's children.
workers() {
  local file stat pid
  for file in /proc/[0-9]*/stat; do
    { read -r stat <"$file"; } 2>/dev/null || continue
    pid=${file%/stat}
    case $stat in *"(haproxy) "?" $master "*) printf '%s\n' "${pid#/proc/}" ;; esac
  done
}

# A rename is only as durable as the bytes under it.
place() { sync "$1" && mv -f "$1" "$2" && sync "$dir"; }

[ "$(cat "/proc/$master/comm" 2>/dev/null)" = haproxy ] ||
  fail "process $master is not HAProxy: the edge must run without an init process, and this task in its process namespace"

exec 9>"$dir/.lock" || fail "can't write to $dir"
flock -w "$TIMEOUT_SECONDS" 9 || fail "another route writer has held the edge for $TIMEOUT_SECONDS s"

# is_open <from-until,from-until>: false while one of these times is on. In seconds since 1970; no until: for good.
is_open() {
  local now window
  now=$(date +%s)
  for window in ${1//,/ }; do
    [ "$now" -ge "${window%%-*}" ] && { [ -z "${window#*-}" ] || [ "$now" -lt "${window#*-}" ]; } && return 1
  done
  return 0
}

# is_served <motel/backend/a-0> <host> <port>: visitors are sent to it now, and not for want of a window that has ended.
is_served() {
  [ "$(stamp)" != bootstrap ] && grep -qsE "^    server ${1##*/} ${2//./\\.}:$3 " "$cfg" && ! grep -qsF "str(${1%%/*}." "$cfg"
}

# 1. Nobody is routed to a server that hasn't answered. One that visitors are sent to already is HAProxy's to watch: another
#    system's trouble must not keep this one from being closed, or an address from being blocked.
deadline=$((SECONDS + TIMEOUT_SECONDS))
while read -r name host port path header closed; do
  [ -n "$name" ] || continue
  while :; do
    answer=$(get "$host" "$port" "$path" "${header:-localhost}" | tr -d '\000')
    status=${answer%%$'\n'*}
    case $status in
      2?? | 3??) say "$name is healthy"; break ;;
    esac
    if ! is_open "$closed"; then
      say "$name is not healthy ($status), which is no matter while it is closed for maintenance"
      break
    fi
    if is_served "$name" "$host" "$port"; then
      say "$name is not healthy ($status); visitors were sent to it before, so it is left to the edge's own checks"
      break
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      body=${answer#"$status"}
      body=${body#$'\n'}
      fail "$name ($host:$port) is not healthy after $TIMEOUT_SECONDS s: $path answered $status${body:+: ${body:0:300}}. The routes were not changed."
    fi
    sleep 0.5
  done
done <<<"$WAIT_FOR"

# 2. The files that the configuration needs, then HAProxy's own word on it.
mkdir -p "$dir/certs" "$dir/lua" "$dir/lists" "$dir/keys" "$dir/previous" || exit 1
# Each has a hash in its name: what lies there under it is the same text.
number=0
while IFS= read -r file; do
  [ -n "$file" ] || continue
  number=$((number + 1))
  text=FILE_$number
  if [ ! -s "$dir/$file" ]; then
    { printf '%s' "${!text}" >"$dir/$file.new" && place "$dir/$file.new" "$dir/$file"; } || exit 1
  fi
  unset "$text"
done <<<"$FILES"

# set_certificate <file> <PEM, or nothing to take it away>; certificates_back undoes all of them.
changed=()
set_certificate() {
  local file=$1 pem=$2
  if [ -n "$pem" ] && printf '%s\n' "$pem" | cmp -s - "$dir/certs/$file"; then return; fi
  rm -f "$dir/previous/$file"
  if [ -s "$dir/certs/$file" ]; then cp "$dir/certs/$file" "$dir/previous/$file" || exit 1; fi
  changed+=("$file")
  trap 'certificates_back; exit 1' TERM INT HUP
  if [ -z "$pem" ]; then
    rm -f "$dir/certs/$file"
  else
    { printf '%s\n' "$pem" >"$dir/previous/new" && place "$dir/previous/new" "$dir/certs/$file"; } || { certificates_back; exit 1; }
  fi
}
certificates_back() {
  local file
  for file in ${changed[@]+"${changed[@]}"}; do
    if [ -s "$dir/previous/$file" ]; then
      mv -f "$dir/previous/$file" "$dir/certs/$file"
    else
      rm -f "$dir/certs/$file"
    fi
  done
}
[ -z "${CERT_PEM:-}" ] || set_certificate "$CERT_FILE" "$CERT_PEM"
unset CERT_PEM
# The authority's certificates come before others by their name, so they go when it is no longer asked.
if [ -z "${KEEP_ACME:-}" ]; then
  for file in "$dir"/certs/acme-*.pem; do [ ! -e "$file" ] || set_certificate "${file##*/}" ''; done
fi

refused() {
  mv -f "$cfg.new" "$cfg.rejected"
  certificates_back
  [ -z "$1" ] || printf '%s\n' "$1" >&2
  fail "HAProxy refuses the configuration (kept as haproxy.cfg.rejected); the old one stays in force."
}
printf '%s\n' "$HAPROXY_CFG" >"$cfg.new" || exit 1
unset HAPROXY_CFG
message=$(haproxy -c -f "$cfg.new" 2>&1) || refused "$message"

same=
if cmp -s "$cfg.new" "$cfg"; then same=yes; fi
before=$(stamp)
if [ -n "$same" ] && [ ${#changed[@]} = 0 ] && [ "$before" = "$STAMP" ]; then
  rm -f "$cfg.new"
  say "the edge already has $STAMP"
  exit 0
fi

# 3. Into force.
old_workers=$(workers | tr '\n' ' ')
# After a run that was killed halfway, what lies there is the text itself; then the one before it is worth keeping.
if [ -s "$cfg" ] && [ -z "$same" ]; then cp "$cfg" "$cfg.previous.new" && place "$cfg.previous.new" "$cfg.previous" || exit 1; fi

put_back() {
  trap '' TERM INT HUP
  printf '%s; putting the previous configuration back.\n' "$1" >&2
  certificates_back
  if [ -s "$cfg.previous" ]; then
    cp "$cfg" "$cfg.rejected"
    cp "$cfg.previous" "$cfg.new" && place "$cfg.new" "$cfg"
  fi
  kill -USR2 "$master"
  local deadline=$((SECONDS + 10))
  until [ "$(stamp)" = "$before" ] || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.1; done
  exit 1
}
trap 'put_back interrupted' TERM INT HUP
place "$cfg.new" "$cfg" || put_back "the configuration can't be written"

# A certificate alone leaves the stamp as it is; then a new worker shows that the reload is done.
reloaded() {
  [ "$(stamp)" = "$STAMP" ] || return 1
  [ "$before" = "$STAMP" ] || return 0
  local pid
  for pid in $(workers); do
    case " $old_workers" in *" $pid "*) ;; *) return 0 ;; esac
  done
  return 1
}

kill -USR2 "$master" || put_back "the edge can't be told to reload"
deadline=$((SECONDS + TIMEOUT_SECONDS))
until reloaded; do
  [ "$SECONDS" -lt "$deadline" ] || put_back "the edge did not answer with $STAMP within $TIMEOUT_SECONDS s (its log says why)"
  sleep 0.1
done
trap - TERM INT HUP
cat "$dir"/certs/*.pem 2>/dev/null | sha256sum >"$dir/.loaded"
say "the edge answers with $STAMP"

# Files that neither configuration loads.
for file in "$dir"/lua/*.lua "$dir"/lists/*.map "$dir"/keys/*.map; do
  grep -qsF "$file" "$cfg" "$cfg.previous" || rm -f "$file"
done

# 4. The old servers may go when the workers that know them are gone, or have had their time.
exec 9>&-
left() {
  local pid count=0
  for pid in $old_workers; do [ -d "/proc/$pid" ] && count=$((count + 1)); done
  echo "$count"
}
deadline=$((SECONDS + DRAIN_SECONDS))
while [ "$(left)" -gt 0 ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.2; done
[ "$(left)" = 0 ] || say "connections are still open on $(left) old workers after $DRAIN_SECONDS s"
exit 0
