#!/usr/bin/env bash
# The edge container's process: starts HAProxy on what lies on the volume, else on a built-in configuration that
# answers 503, and takes changed certificates without a restart. bash and coreutils only.
set -u
umask 077
dir=$EDGE_DIRECTORY
cfg=$dir/haproxy.cfg
mkdir -p "$dir/certs" "$dir/lua" "$dir/previous" || exit 1

say() { printf '{"time":"%s","kind":"edge","message":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1"; }
valid() { haproxy -c -f "$1" >/dev/null 2>&1; }

built_in() {
  cat <<END
# stamp bootstrap
global
    log stdout format raw local0 notice
    hard-stop-after 30s
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    timeout http-request 5s
    option idle-close-on-response
frontend http
    bind :$EDGE_HTTP_PORT
END
  # With a certificate from an earlier run, visitors by https get the page as well.
  if compgen -G "$dir/certs/*.pem" >/dev/null; then
    printf '    bind :%s ssl crt %s alpn h2,http/1.1 ssl-min-ver TLSv1.2\n' "$EDGE_HTTPS_PORT" "$dir/certs"
  fi
  cat <<END
    http-request return status 503 content-type text/plain string "Starting. Please try again in a few seconds." hdr Retry-After 5 hdr Cache-Control no-store
frontend admin
    bind :$EDGE_ADMIN_PORT
    http-request return status 200 content-type text/plain string bootstrap if { path /healthz } or { path /stamp }
    http-request return status 404 content-type text/plain string "not found"
END
}

# A name that nobody answers for must not hold up the start; its server comes up once it is answered for.
export RES_OPTIONS='timeout:1 attempts:2'

if [ ! -s "$cfg" ] || ! valid "$cfg"; then
  if [ -s "$cfg" ]; then
    say 'the configuration is not valid and was set aside as haproxy.cfg.rejected'
    mv -f "$cfg" "$cfg.rejected"
  fi
  if [ -s "$cfg.previous" ] && valid "$cfg.previous"; then
    say 'starting on the previous configuration'
    cp "$cfg.previous" "$cfg"
  else
    say 'starting on the built-in configuration'
    built_in >"$cfg"
    # A certificate that can not be read must not keep the edge from starting.
    valid "$cfg" || sed -i '/ ssl crt /d' "$cfg"
  fi
fi

certificates() { cat "$dir"/certs/*.pem 2>/dev/null | sha256sum; }

has_workers() {
  local file stat
  for file in /proc/[0-9]*/stat; do
    { read -r stat <"$file"; } 2>/dev/null || continue
    case $stat in *"(haproxy) "[!Z]" $master "*) return 0 ;; esac
  done
  return 1
}

# Set once a master has started its first worker (up to HAProxy 3.0; newer ones are told by having seen one).
was_started() {
  local environment
  environment=$(tr '\0' '\n' <"/proc/$master/environ") 2>/dev/null
  [[ $environment == *HAPROXY_MWORKER_WAIT_ONLY=1* ]]
}

watch_certificates() {
  local seen=$1 now started='' ticks=0
  # A pipe that nobody writes to: waiting on it costs no process, as sleep would.
  exec 8<> <(:)
  while :; do
    read -r -t 1 -u 8 _
    # A master that was told to stop waits for all of its children, and this is one of them.
    if has_workers; then
      started=yes
    elif [ -n "$started" ] || [ ! -d "/proc/$master" ] || was_started; then
      exit 0
    fi
    ticks=$((ticks + 1))
    [ "$ticks" -ge "$EDGE_WATCH_SECONDS" ] || continue
    ticks=0
    now=$(certificates)
    [ "$now" = "$seen" ] && continue
    # Two reloads at once would race, so the route writer's lock is taken.
    exec 9>"$dir/.lock"
    flock -w 60 9 || continue
    now=$(certificates)
    if [ "$now" = "$(cat "$dir/.loaded" 2>/dev/null)" ]; then
      : # The route writer brought these, and has reloaded.
    elif valid "$cfg"; then
      say 'certificates changed, reloading'
      kill -USR2 "$master"
    else
      say 'certificates changed but can not be used; the old ones stay in force'
    fi
    exec 9>&-
    seen=$now
  done
}

# The log's reader comes and goes; as this end is open for both, writing never fails for want of one. Without the
# folder there is no reader, but the number must be taken: HAProxy would write to whatever gets it otherwise.
[ -p "$EDGE_LOG_PIPE" ] || mkfifo -m 640 "$EDGE_LOG_PIPE" 2>/dev/null
if [ -p "$EDGE_LOG_PIPE" ]; then exec 7<>"$EDGE_LOG_PIPE"; else exec 7>/dev/null; fi

# exec keeps the process id: what is this shell becomes HAProxy's master, to which the route writer sends USR2.
master=$$
rm -f "$dir/.loaded"
watch_certificates "$(certificates)" &
exec haproxy -W -db -f "$cfg"
