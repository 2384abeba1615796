import { loginSegments, longPolledPaths } from "../../alerts/edgeLog";
import { edgeBuckets } from "../../alerts/metrics";

/** Of HTTP and WebDAV there are dozens, and a client may invent more; a label may have few values only. */
export const countedMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** A JSON string's inside: no quote that isn't escaped. */
const text = String.raw`(?:[^"\\]|\\.)*`;

/**
 * mtail's program for the edge's access log, whose lines are JSON with the fields in one order (edge/haproxy.ts).
 * One pattern reads a line from its start, so that no value can pass for another field.
 *
 * A request that the edge refuses before it chose a service is the edge's own; one for a name that nobody serves
 * is the stack's.
 *
 * What judges a version is told apart by slot: "a" and "b" are of the server that answered, "none" of the edge itself.
 */
export function renderEdgeProgram(): string {
  const labels = "system, service";
  const line = [
    String.raw`^\{"time":"[^"]*","acceptedAt":[0-9.]*,"kind":"access","requestId":"[^"]*","client":"[^"]*"`,
    String.raw`"system":"(?P<system>[^"]*)","service":"(?P<service>[^"]*)","server":"(?:(?P<slot>[ab])-\d+|[^"]*)"`,
    String.raw`"host":"${text}","method":"(?P<method>${text})","path":"(?P<path>${text})","status":(?P<status>-?\d+)`,
    String.raw`"bytesIn":(?P<in>\d+),"bytesOut":(?P<out>\d+),"requestMs":-?\d+,"queueMs":-?\d+,"connectMs":-?\d+,"responseMs":-?\d+`,
    String.raw`"totalMs":(?P<total>-?\d+),"retries":"[^"]*","tls":"[^"]*","protocol":"${text}","termination":"[^"]*","deprecation":"(?P<deprecation>${text})"`,
  ].join(",");
  // HAProxy writes "/" as "\/"; mtail's own reader would take a written-out backslash for the end of the pattern.
  const login = String.raw`\x5c\/(?:${loginSegments.join("|")})$`;
  const longPolled = longPolledPaths.map((path) => path.replaceAll(".", "[.]").replaceAll("/", String.raw`\x5c\/`)).join("|");
  return `# Written by the stack's update: what the edge's access log says, as metrics.
counter edge_log_lines_total
counter edge_requests_total by ${labels}, slot, method, status_class
counter edge_responses_total by ${labels}, status
counter edge_request_bytes_total by ${labels}
counter edge_response_bytes_total by ${labels}
counter edge_failed_logins_total by ${labels}
counter edge_deprecated_requests_total by ${labels}
histogram edge_request_duration_seconds by ${labels}, slot, method, status_class buckets ${edgeBuckets.join(", ")}

hidden text system
hidden text service
hidden text slot
hidden text method
hidden text class

/^/ {
  edge_log_lines_total++
}

/${line}/ {
  system = $system
  $system == "-" {
    system = "stack"
  }
  service = $service
  $service == "-" {
    service = "edge"
  }
  slot = "none"
  $slot != "" {
    slot = $slot
  }
  method = "other"
  $method =~ /^(?:${countedMethods.join("|")})$/ {
    method = $method
  }
  # A visitor who left before the answer.
  class = "none"
${["1", "2", "3", "4", "5"].map((digit) => `  $status >= ${digit}00 && $status < ${Number(digit) + 1}00 {\n    class = "${digit}xx"\n  }`).join("\n")}

  edge_requests_total[system][service][slot][method][class]++
  edge_responses_total[system][service][$status]++
  edge_request_bytes_total[system][service] += $in
  edge_response_bytes_total[system][service] += $out
  # A WebSocket (101) lasts as long as its visitor stays, and long polling as nothing happens; -1: the request broke off.
  $status != 101 && $total >= 0 && $path !~ /^(?:${longPolled})/ {
    edge_request_duration_seconds[system][service][slot][method][class] = $total / 1000.0
  }

  # From 0, so that the first one is an increase.
  edge_failed_logins_total[system][service] += 0
  edge_deprecated_requests_total[system][service] += 0
  $method == "POST" && $path =~ /${login}/ {
    $status == 401 {
      edge_failed_logins_total[system][service]++
    }
    $status == 403 {
      edge_failed_logins_total[system][service]++
    }
  }
  # RFC 9745; "-" stands for none.
  $deprecation != "-" && $deprecation != "" {
    edge_deprecated_requests_total[system][service]++
  }
}
`;
}
