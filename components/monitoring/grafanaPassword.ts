import * as pulumi from "@pulumi/pulumi";
import type { Daemon, Platform, RotatingSecret } from "../../platforms/platform";
import { ports } from "./facts";

/*
 * Grafana takes the administrator's password from its settings once, with an empty database, and keeps its own from then
 * on. So an exchange is told to it, by the one before, and the sessions that are open end.
 * https://grafana.com/docs/grafana/latest/developers/http_api/user/
 *
 * curl gets user and text by standard input, as command lines can be seen.
 */
export const grafanaPasswordScript = `
ask() { # password, path, further settings of curl
  printf 'url = "http://grafana:${ports.grafana}%s"\\nuser = "admin:%s"\\nsilent\\nshow-error\\nmax-time = 10\\n%s\\n' "$2" "$1" "\${3:-}" | curl --config -
}
status() { ask "$1" "$2" "$(printf 'output = "/dev/null"\\nwrite-out = "%%{http_code}"\\n%s' "\${3:-}")"; }
send() { printf 'request = "%s"\\nheader = "Content-Type: application/json"\\ndata = "%s"' "$1" "$(printf %s "$2" | sed 's/"/\\\\"/g')"; }
opened=
for known in $PASSWORD $EARLIER; do
  said=$(status "$known" /api/user)
  case "$said" in
    200) opened=$known; break ;;
    401) ;;
    *) echo "Grafana answered $said" >&2; exit 1 ;;
  esac
done
if test -z "$opened"; then
  echo "Grafana knows none of its administrator's passwords of this stack: somebody has set another." >&2
  echo "Set it to the stack's: grafana cli admin reset-admin-password, in its container, with the one that npm run -s credentials shows." >&2
  exit 1
fi
if test "$opened" != "$PASSWORD"; then
  said=$(status "$opened" /api/user/password "$(send PUT "{\\"oldPassword\\":\\"$opened\\",\\"newPassword\\":\\"$PASSWORD\\",\\"confirmNew\\":\\"$PASSWORD\\"}")")
  test "$said" = 200 || { echo "Grafana answered $said to the new password" >&2; exit 1; }
  said=$(status "$opened" /api/user)
  test "$said" = 401 || { echo "Grafana answers $said to the password that it had before" >&2; exit 1; }
fi
for id in $(ask "$PASSWORD" /api/user/auth-tokens | grep -o '"id": *[0-9]*' | tr -dc '0-9\\n'); do
  said=$(status "$PASSWORD" /api/user/revoke-auth-token "$(send POST "{\\"authTokenId\\":$id}")")
  test "$said" = 200 || { echo "Grafana answered $said when its administrator's session $id was to end" >&2; exit 1; }
done
`;

/** Nothing while it was never exchanged. @param opts after Grafana is healthy */
export function exchangeGrafanaPassword(platform: Platform, grafana: Daemon, password: RotatingSecret, opts: pulumi.ComponentResourceOptions): pulumi.Resource | undefined {
  if (password.generation === 0) return undefined;
  const earlier = pulumi.all([...password.earlier]).apply((known) => known.join(" "));
  return platform.runBeside(
    grafana,
    "password",
    { command: ["sh", "-euc", grafanaPasswordScript], env: { PASSWORD: password.current, EARLIER: earlier }, title: "the password of Grafana's administrator", triggers: [String(password.generation)] },
    opts,
  );
}
